#include "common/reference.h"
#include "diffaug_cases.h"

namespace centigan {
namespace {

using torch::Tensor;

TEST(Brightness, WellBehaved) {
  expect_well_behaved("brightness", brightness, brightness_ref, 1);
}

TEST(Brightness, Golden) {  // A1
  const Tensor y = brightness(golden_picture(), column({0.25, 0.9}));
  EXPECT_NEAR(y.mean().item<double>(), 0.098401, 1e-6);
  EXPECT_NEAR(y[0][0][0][0].item<double>(), -0.465874, 1e-6);
  EXPECT_NEAR(y[1][0][0][0].item<double>(), 1.193555, 1e-6);
}

}  // namespace
}  // namespace centigan
