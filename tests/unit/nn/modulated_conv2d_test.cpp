#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "../../support/filler.h"
#include "../../support/gradcheck.h"
#include "../../support/op_cases.h"
#include "centigan/nn/ops.h"

namespace centigan {
namespace {

using torch::Tensor;

Tensor modulated_x() {
  return filler("cx", {2, 3, 8, 8});
}
Tensor modulated_weight() {
  return filler("cw", {4, 3, 3, 3});
}
Tensor modulated_styles(int64_t n = 2) {
  return filler("st", {n, 3}, 0.3, 1.0);
}

void expect_modulated(const Tensor& y, double mean, double std, const double (&first)[3]) {
  EXPECT_NEAR(y.mean().item<double>(), mean, 1e-5);
  EXPECT_NEAR(y.std(false).item<double>(), std, 1e-5);
  for (int64_t i = 0; i < 3; ++i) EXPECT_NEAR(y[0][0][0][i].item<double>(), first[i], 1e-5);
}

TEST(ModulatedConv2d, Goldens) {  // E11
  const Tensor x = modulated_x(), w = modulated_weight(), s = modulated_styles(), f = setup_filter({1, 3, 3, 1});
  expect_modulated(modulated_conv2d(x, w, s, {}, 1, 1, 1), -0.034946, 0.908574, {0.048316, -1.599333, -0.845313});
  expect_modulated(modulated_conv2d(x, w, s, {}, 1, 1, 1, {}, false), -0.226203, 6.466934,
                   {0.314157, -10.399117, -5.496356});
  expect_modulated(modulated_conv2d(x, w, s, {}, 2, 1, 1, f, true, false), -0.045111, 0.455251,
                   {0.662808, 0.389846, -0.010390});
}

// One weight a picture, as the formula is written.
Tensor modulated_conv2d_ref(const Tensor& x, const Tensor& styles, const Tensor& noise) {
  std::vector<Tensor> pictures;
  for (int64_t n = 0; n < x.size(0); ++n) {
    const Tensor w = modulated_weight().to(torch::kFloat64) * styles[n].to(torch::kFloat64).view({1, -1, 1, 1});
    const Tensor d = (w.square().sum({1, 2, 3}, true) + 1e-8).rsqrt();
    pictures.push_back(at::conv2d(x[n].unsqueeze(0), w * d, {}, 1, 1) + noise[n].to(torch::kFloat64));
  }
  return pictures.empty() ? torch::empty({0, 4, x.size(2), x.size(3)}, torch::kFloat64) : torch::cat(pictures);
}

TEST(ModulatedConv2d, MatchesOneWeightAPicture) {
  const auto noise = [](const Tensor& x) { return filler("noise", {x.size(0), 1, x.size(2), x.size(3)}, 0.3); };
  expect_matches_reference(
      [&](const Tensor& x) {
        return modulated_conv2d(x, modulated_weight(), modulated_styles(x.size(0)), noise(x), 1, 1, 1);
      },
      [&](const Tensor& x) { return modulated_conv2d_ref(x, modulated_styles(x.size(0)), noise(x)); });
}

TEST(ModulatedConv2d, NoiseOfOnePictureServesAll) {
  const Tensor noise = filler("noise", {8, 8});
  const Tensor with = modulated_conv2d(modulated_x(), modulated_weight(), modulated_styles(), noise, 1, 1, 1);
  const Tensor without = modulated_conv2d(modulated_x(), modulated_weight(), modulated_styles(), {}, 1, 1, 1);
  expect_close(with - without, noise.expand({2, 4, 8, 8}), 1e-6);
}

TEST(ModulatedConv2d, LargeStylesAndWeightsDoNotOverflowFloat16) {
  const Tensor x = modulated_x(), w = modulated_weight() * 1e3, s = modulated_styles() * 1e4;
  const Tensor y = modulated_conv2d(x.to(torch::kFloat16), w, s, {}, 1, 1, 1);
  ASSERT_TRUE(y.isfinite().all().item<bool>());
  expect_close(y, modulated_conv2d(x, w, s, {}, 1, 1, 1), 5e-3);
}

TEST(ModulatedConv2d, Gradients) {
  const Tensor x = filler("x", {2, 2, 4, 3}), w = filler("w", {2, 2, 3, 3}), s = filler("s", {2, 2}, 0.3, 1.0);
  const Tensor f = setup_filter({1, 3, 3, 1});
  for (const int64_t up : {1, 2})
    for (const bool demodulate : {true, false}) {
      const Tensor noise = filler("n", {2, 1, 4 * up, 3 * up});
      const TensorFunction function = [&](const std::vector<Tensor>& in) {
        return modulated_conv2d(in[0], in[1], in[2], in[3], up, 1, 1, f, demodulate, up == 1);
      };
      EXPECT_EQ(gradcheck(function, {x, w, s, noise}), "");
      EXPECT_EQ(gradgradcheck(function, {x, w, s, noise}), "");
    }
}

// Each option on and off, channels-last and types: the gradients of float64 and contiguous.
TEST(ModulatedConv2d, GradientsOfAllLayoutsAndTypesAgree) {
  const Tensor f = setup_filter({1, 3, 3, 1});
  const auto gradients_of = [&](const Tensor& x_in, bool demodulate, int64_t up) {
    const auto wide = x_in.scalar_type() == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
    const Tensor x = x_in.detach().requires_grad_(), w = modulated_weight().to(wide).requires_grad_();
    const Tensor s = modulated_styles(x.size(0)).to(wide).requires_grad_();
    const Tensor noise = filler("n", {x.size(2) * up, x.size(3) * up}).to(wide).requires_grad_();
    const Tensor y = modulated_conv2d(x, w, s, noise, up, 1, 1, f, demodulate, up == 1);
    return torch::autograd::grad({y}, {x, w, s, noise}, {filler("dy", y.sizes()).to(y.scalar_type())});
  };
  for (const PictureCase& item : picture_cases())
    for (const bool demodulate : {true, false})
      for (const int64_t up : {1, 2}) {
        SCOPED_TRACE(item.name + (demodulate ? " demodulated" : "") + " up " + std::to_string(up));
        const auto got = gradients_of(item.x, demodulate, up);
        const auto want = gradients_of(item.x.to(torch::kFloat64).contiguous(), demodulate, up);
        const double tolerance = item.x.element_size() == 2 ? 3e-2 : 1e-5;
        for (size_t i = 0; i < got.size(); ++i) expect_close(got[i], want[i], tolerance, std::to_string(i));
      }
}

TEST(ModulatedConv2d, ThreadsChangeNoBit) {
  const Tensor x = filler("x", {4, 3, 33, 31}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto run = [&](int threads) {
    at::set_num_threads(threads);
    const Tensor s = modulated_styles(4).requires_grad_();
    const Tensor y = modulated_conv2d(x, modulated_weight(), s, {}, 1, 1, 1);
    return torch::autograd::grad({y.square().sum()}, {s})[0];
  };
  const Tensor one = run(1), three = run(3);
  at::set_num_threads(1);
  EXPECT_TRUE(one.equal(three));
}

TEST(ModulatedConv2d, Errors) {
  const Tensor x = modulated_x(), w = modulated_weight();
  EXPECT_EQ(message_of([&] { modulated_conv2d(x[0], w, modulated_styles()); }),
            "modulated_conv2d: x must be [N,I,H,W] and weight [O,I,kh,kw]");
  EXPECT_EQ(message_of([&] { modulated_conv2d(x, w, modulated_styles(3)); }),
            "modulated_conv2d: styles must be [2,3], got [3, 3]");
}

}  // namespace
}  // namespace centigan
