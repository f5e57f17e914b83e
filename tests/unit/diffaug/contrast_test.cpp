#include "common/reference.h"
#include "diffaug_cases.h"

namespace centigan {
namespace {

using torch::Tensor;

TEST(Contrast, WellBehaved) {
  expect_well_behaved("contrast", contrast, contrast_ref, 1);
}

TEST(Contrast, Golden) {  // A3
  const Tensor y = contrast(golden_picture(), column({0.25, 0.9}));
  EXPECT_NEAR(y.std(false).item<double>(), 0.560113, 1e-6);
  EXPECT_NEAR(y[0][0][0][0].item<double>(), -0.1556170, 1e-6);
  EXPECT_NEAR(y[0][0][0][1].item<double>(), -0.2167611, 1e-6);
  EXPECT_NEAR(y[0][0][0][2].item<double>(), -0.4977704, 1e-6);
  EXPECT_NEAR(y[1][2][7][7].item<double>(), -1.1876273, 1e-6);
}

TEST(Contrast, MeanOfALargePictureIsExact) {
  const Tensor x = filler("x", {1, 3, 512, 511}, 1.0, 100.0);
  expect_close(contrast(x, column({0.0})), contrast_ref(x.to(torch::kFloat64), column({0.0})), 2e-7);
}

}  // namespace
}  // namespace centigan
