#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "../../support/filler.h"
#include "../../support/gradcheck.h"
#include "../../support/op_cases.h"
#include "centigan/nn/ops.h"

namespace centigan {
namespace {

using torch::Tensor;

struct ResampleGolden {
  int64_t kernel, up, down, padding;
  bool flip_weight;
  double mean, std, first[3];
};

Tensor conv_weight(int64_t kernel) {
  return kernel == 1 ? filler("cw1", {4, 3, 1, 1}) : filler("cw", {4, 3, 3, 3});
}

void expect_golden(const Tensor& y, double mean, double std, const double* first) {
  EXPECT_NEAR(y.mean().item<double>(), mean, 1e-5);
  EXPECT_NEAR(y.std(false).item<double>(), std, 1e-5);
  for (int64_t i = 0; i < 3; ++i) EXPECT_NEAR(y[0][0][0][i].item<double>(), first[i], 1e-5);
}

TEST(Conv2dResample, Goldens) {  // E9
  const ResampleGolden goldens[] = {
      {3, 1, 1, 1, true, -0.188933, 5.184472, {-1.111357, -9.113900, -5.226742}},
      {3, 2, 1, 1, false, -0.241574, 2.744195, {3.477814, 2.368691, 0.736141}},
      {3, 2, 1, 1, true, -0.163940, 2.779865, {0.058227, 3.406961, 3.730816}},
      {3, 1, 2, 1, true, -0.146685, 1.313276, {-0.057302, 0.211608, -0.351541}},
      {1, 1, 2, 0, true, 0.044029, 0.439310, {-0.067339, 0.244825, -0.023067}},
      {1, 2, 1, 0, true, 0.043097, 0.903538, {0.147664, -0.200324, -0.994743}},
  };
  const Tensor x = filler("cx", {2, 3, 8, 8}), f = setup_filter({1, 3, 3, 1});
  for (const ResampleGolden& g : goldens) {
    SCOPED_TRACE(std::to_string(g.kernel) + " up " + std::to_string(g.up) + " down " + std::to_string(g.down));
    const Tensor y = conv2d_resample(x, conv_weight(g.kernel), f, g.up, g.down, g.padding, g.flip_weight);
    EXPECT_EQ(y.size(3), 8 * g.up / g.down);
    expect_golden(y, g.mean, g.std, g.first);
  }
}

// Zero-stuffing and filter, then the plain convolution: what the transposed convolution replaces.
TEST(Conv2dResample, UpEqualsFilterThenConvolution) {
  const Tensor x = filler("cx", {2, 3, 8, 8}), w = conv_weight(3), f = setup_filter({1, 3, 3, 1});
  const Tensor stuffed = upfirdn2d(x, f, {2, 2}, {1, 1}, {3, 2, 3, 2}, false, 4.0);
  expect_close(conv2d_resample(x, w, f, 2, 1, 1, false), at::conv2d(stuffed, w.flip({2, 3})), 1e-5);
}

TEST(Conv2dResample, UpAndDownTogetherKeepTheSize) {
  const Tensor y = conv2d_resample(filler("cx", {2, 3, 8, 8}), conv_weight(3), setup_filter({1, 3, 3, 1}), 2, 2, 1);
  EXPECT_EQ(y.size(0), 2);
  EXPECT_EQ(y.size(1), 4);
}

TEST(Conv2dResample, Gradients) {
  const Tensor x = filler("x", {1, 2, 5, 4}), w = filler("w", {2, 2, 3, 3}), f = setup_filter({1, 3, 3, 1});
  for (const auto& [up, down] : {std::pair<int64_t, int64_t>{1, 1}, {2, 1}, {1, 2}}) {
    const TensorFunction function = [&, up = up, down = down](const std::vector<Tensor>& in) {
      return conv2d_resample(in[0], in[1], f, up, down, 1, up == 1);
    };
    EXPECT_EQ(gradcheck(function, {x, w}), "");
    EXPECT_EQ(gradgradcheck(function, {x, w}), "");
  }
}

struct SecondOrder {
  Tensor by_x, by_w;
};
// Gradients of an R1-like penalty on a convolution: what LibTorch's own second derivatives give, and ours.
template <class Conv>
SecondOrder penalty_gradients(const Conv& conv, const Tensor& x_in, const Tensor& w_in) {
  const Tensor x = x_in.detach().requires_grad_(), w = w_in.detach().requires_grad_();
  const Tensor y = conv(x, w);
  const Tensor dx = torch::autograd::grad({(y * y).sum()}, {x}, {}, true, true)[0];
  const auto grads = torch::autograd::grad({dx.square().sum()}, {x, w});
  return {grads[0], grads[1]};
}

TEST(Conv2dResample, SecondDerivativesAreThoseOfLibTorch) {
  for (const int64_t kernel : {1, 3})
    for (const int64_t n : {2, 17})
      for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
        const Tensor x = filler("cx", {n, 3, 8, 6}).contiguous(format), w = filler("cw", {4, 3, kernel, kernel});
        const auto got = penalty_gradients(
            [&](const Tensor& a, const Tensor& b) { return conv2d_resample(a, b, {}, 1, 1, kernel / 2); }, x, w);
        const auto want =
            penalty_gradients([&](const Tensor& a, const Tensor& b) { return at::conv2d(a, b, {}, 1, kernel / 2); },
                              x.to(torch::kFloat64).contiguous(), w.to(torch::kFloat64));
        expect_close(got.by_x, want.by_x, 1e-5);
        expect_close(got.by_w, want.by_w, 1e-5);
      }
}

TEST(Conv2dResample, Errors) {
  const Tensor x = filler("cx", {2, 3, 8, 8}), w = conv_weight(3);
  EXPECT_EQ(message_of([&] { conv2d_resample(x[0], w); }),
            "conv2d_resample: x must be [N,I,H,W] and weight [O,I,kh,kw]");
  EXPECT_EQ(message_of([&] { conv2d_resample(x.narrow(1, 0, 2), w); }),
            "conv2d_resample: x has 2 channels, weight takes 3");
  EXPECT_EQ(message_of([&] { conv2d_resample(x, w, std::nullopt, 0); }),
            "conv2d_resample: up and down must be 1 or more, padding 0 or more");
}

}  // namespace
}  // namespace centigan
