#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "centigan/nn/ops.h"
#include "../../support/gradcheck.h"
#include "../../support/op_cases.h"

namespace centigan {
namespace {

constexpr double kEps = 1e-5;

// As LibTorch's batch norm does it, in float64.
at::Tensor reference_norm(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& bias, const at::Tensor& mean,
                          const at::Tensor& var, bool of_batch) {
  const at::Tensor normal = at::batch_norm(x, {}, {}, mean.to(x.scalar_type()), var.to(x.scalar_type()), of_batch, 0.1,
                                           kEps, /*cudnn_enabled=*/false);
  return (normal * gain.unsqueeze(-1).unsqueeze(-1) + bias.unsqueeze(-1).unsqueeze(-1)).relu();
}

struct NormInputs {
  explicit NormInputs(const at::Tensor& x, bool per_picture = true)
      : gain(filler("gain", {per_picture ? x.size(0) : 1, x.size(1)}, 0.5, 1.0)),
        bias(filler("bias", {per_picture ? x.size(0) : 1, x.size(1)}, 0.5)) {
    if (x.scalar_type() == at::kDouble) gain = gain.to(at::kDouble), bias = bias.to(at::kDouble);
    const auto [m, v] = batch_moments(x);
    mean = m, var = v;
  }
  at::Tensor gain, bias, mean, var;
};

TEST(BatchMoments, MatchFloat64) {
  for (const PictureCase& item : picture_cases(5)) {
    if (item.x.numel() == 0) continue;
    const auto [mean, var] = batch_moments(item.x);
    const at::Tensor x = item.x.to(at::kDouble);
    const double tolerance = item.x.scalar_type() == at::kDouble ? 1e-12 : 1e-6;
    expect_close(mean, x.mean({0, 2, 3}), tolerance, item.name);
    expect_close(var, x.var(at::IntArrayRef{0, 2, 3}, /*unbiased=*/false), tolerance, item.name);
  }
}

// 600 channels are more than a block of sums, 20x20 pixels more than a run.
TEST(BatchMoments, OfManyChannelsAndPixelsFarFromZero) {
  const at::Tensor x = filler("wide", {2, 600, 20, 20}) + 100;
  const auto [mean, var] = batch_moments(x);
  EXPECT_TRUE(at::allclose(mean.to(at::kDouble), x.to(at::kDouble).mean({0, 2, 3}), 1e-6, 0));
  EXPECT_TRUE(at::allclose(var.to(at::kDouble), x.to(at::kDouble).var(at::IntArrayRef{0, 2, 3}, false), 1e-4, 0));
}

TEST(NormRelu, MatchesBatchNormWithScaleOffsetAndRelu) {
  for (const bool of_batch : {false, true})
    for (const bool per_picture : {false, true})
      for (const PictureCase& item : picture_cases(5)) {
        if (item.x.numel() == 0) continue;
        const NormInputs in(item.x, per_picture);
        const at::Tensor got = norm_relu(item.x, in.gain, in.bias, in.mean, in.var, kEps, of_batch);
        EXPECT_EQ(got.scalar_type(), item.x.scalar_type());
        expect_close(got, reference_norm(item.x.to(at::kDouble), in.gain, in.bias, in.mean, in.var, of_batch),
                     4 * tolerance_of(item.x.scalar_type()), item.name);
      }
}

// The kernels' gradient against that of float64, which autograd makes from stock operators.
TEST(NormRelu, GradientsOfTheKernels) {
  for (const auto type : {at::kFloat, at::kBFloat16})
    for (const bool of_batch : {false, true})
      for (const bool per_picture : {false, true}) {
        const at::Tensor x = filler("x", {3, 5, 6, 7}).to(type);
        const NormInputs in(x, per_picture);
        const at::Tensor weight = filler("w", x.sizes()).to(type);
        const auto gradients = [&](const at::Tensor& x0, at::Tensor gain, at::Tensor bias, bool ours) {
          const at::Tensor leaf = x0.detach().requires_grad_();
          gain = gain.to(ours ? at::kFloat : at::kDouble).detach().requires_grad_();
          bias = bias.to(ours ? at::kFloat : at::kDouble).detach().requires_grad_();
          const at::Tensor y = ours ? norm_relu(leaf, gain, bias, in.mean, in.var, kEps, of_batch)
                                    : reference_norm(leaf, gain, bias, in.mean, in.var, of_batch);
          return torch::autograd::grad({(y * weight.to(y.scalar_type())).sum()}, {leaf, gain, bias});
        };
        const auto got = gradients(x, in.gain, in.bias, true);
        const auto want = gradients(x.to(at::kDouble), in.gain, in.bias, false);
        for (size_t i = 0; i < 3; ++i)
          expect_close(got[i], want[i], type == at::kFloat ? 1e-5 : 3e-2, std::to_string(i));
      }
}

// By way of the kernels, whose gradient is differentiated again.
TEST(NormRelu, SecondOrder) {
  const auto second = [](at::ScalarType type) {
    const at::Tensor x = filler("x", {2, 3, 4, 4}).to(type).requires_grad_();
    const at::Tensor gain = filler("gain", {2, 3}, 0.5, 1.0).to(type).requires_grad_(), bias = at::zeros({2, 3}, type);
    const auto [mean, var] = batch_moments(x);
    const at::Tensor y = norm_relu(x, gain, bias, mean, var, kEps, true);
    const at::Tensor first =
        torch::autograd::grad({(y * filler("w", y.sizes()).to(type)).sum()}, {x}, {}, true, true)[0];
    return torch::autograd::grad({first.square().sum()}, {x, gain});
  };
  const auto got = second(at::kFloat), want = second(at::kDouble);
  for (size_t i = 0; i < 2; ++i) expect_close(got[i], want[i], 1e-4, std::to_string(i));
}

TEST(NormRelu, ThreadsChangeNoBit) {
  const at::Tensor x = filler("x", {5, 7, 9, 9}), weight = filler("w", x.sizes());
  const NormInputs in(x);
  const auto gradient = [&](int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    const at::Tensor leaf = x.detach().requires_grad_();
    const auto [mean, var] = batch_moments(leaf);
    const at::Tensor y = norm_relu(leaf, in.gain, in.bias, mean, var, kEps, true);
    const at::Tensor g = torch::autograd::grad({(y * weight).sum()}, {leaf})[0];
    at::set_num_threads(before);
    return g;
  };
  EXPECT_TRUE(at::equal(gradient(1), gradient(3)));
}

}  // namespace
}  // namespace centigan
