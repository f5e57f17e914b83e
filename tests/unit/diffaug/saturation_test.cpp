#include "common/reference.h"
#include "diffaug_cases.h"

namespace centigan {
namespace {

using torch::Tensor;

TEST(Saturation, WellBehaved) {
  expect_well_behaved("saturation", saturation, saturation_ref, 1);
}

TEST(Saturation, Golden) {  // A2
  const Tensor y = saturation(golden_picture(), column({0.25, 0.9}));
  EXPECT_NEAR(y.std(false).item<double>(), 0.609009, 1e-6);
  EXPECT_NEAR(y[0][0][0][0].item<double>(), 0.0149821, 1e-6);
  EXPECT_NEAR(y[0][0][0][1].item<double>(), -0.1600408, 1e-6);
  EXPECT_NEAR(y[0][0][0][2].item<double>(), -0.4702158, 1e-6);
  EXPECT_NEAR(y[1][2][7][7].item<double>(), -1.3901002, 1e-6);
}

TEST(Saturation, AnyNumberOfChannels) {
  for (const int64_t c : {1, 2, 4, 5}) {
    const Tensor x = filler("x", {2, c, 20, 21}), u = draws(2, 1);
    expect_close(saturation(x, u), saturation_ref(x.to(torch::kFloat64), u), 2e-6);
    expect_close(saturation(x.contiguous(at::MemoryFormat::ChannelsLast), u), saturation(x, u), 1e-6);
  }
}

}  // namespace
}  // namespace centigan
