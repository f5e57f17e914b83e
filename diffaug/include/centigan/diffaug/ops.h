// Operators of DiffAugment. All are registered with PyTorch under centigan:: and can be loaded from Python
// (torch.ops.load_library("libcentigan_diffaug.so")); the functions here call the dispatcher.
//
// x [N,C,H,W], float32, float64, float16 or bfloat16, any strides; the result has x's type and shape, is channels-last
// where x is, else contiguous, and shares no memory with x. Half types are computed in float32. Nothing is clamped.
// u [N,k] uniform in [0,1), float32 or x's type, on x's device; it gets no gradient. Every picture has its own draws.
// A draw outside of [0,1) moves no shift and no hole out of its range. NaN is an error on the CPU, and counts as 0 on a
// device that the host does not wait for.
// For fixed u all are affine in x, and differentiable to any order. A wrong argument is a c10::Error. On the CPU the
// number of threads changes no bit.
// Method: Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training", 2020.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string>

#pragma GCC visibility push(default)

extern "C" int centigan_diffaug_abi_version();

namespace centigan {

// x + (u - 0.5). k = 1.
torch::Tensor brightness(const torch::Tensor& x, const torch::Tensor& u);

// m + 2u (x - m), m the mean over the channels of each pixel. k = 1.
torch::Tensor saturation(const torch::Tensor& x, const torch::Tensor& u);

// m + (u + 0.5) (x - m), m the mean of the picture. k = 1.
torch::Tensor contrast(const torch::Tensor& x, const torch::Tensor& u);

// out[h,w] = x[h + r, w + c], zero outside. k = 2: r from the height and the first column, c from the width and the
// second: floor(u (2s + 1)) - s with s = trunc(size * ratio + 0.5). ratio in [0,1].
torch::Tensor translation(const torch::Tensor& x, const torch::Tensor& u, double ratio = 0.125);

// Zeros in a box of c = trunc(size * ratio + 0.5) along each axis, cut at the border. k = 2: rows from o - c/2 up to
// o - c/2 + c - 1 with o = floor(u (size + 1 - c % 2)), columns likewise. ratio in [0,1].
torch::Tensor cutout(const torch::Tensor& x, const torch::Tensor& u, double ratio = 0.5);

// The steps of a policy (policy.h) in written order, in one pass over the picture, and one more over what a contrast
// needs the mean of. Each step takes its own columns of u; behind them stand the gate columns of the steps with a
// probability, in the same order: the step acts on a picture where the draw is below p (in float32; p = 1 always acts).
// Where no step acts, the picture is copied bit for bit.
torch::Tensor diffaug(const torch::Tensor& x, const torch::Tensor& u, const std::string& policy);

// The same with every step gated by probabilities that may change from call to call: p [steps] or [] (one for all), on
// x's device, no gradient. `policy` then has no p= of its own, and u a gate column for every step. p is read where it
// is, the host does not wait. Registered as diffaug.p.
torch::Tensor diffaug(const torch::Tensor& x, const torch::Tensor& u, const std::string& policy,
                      const torch::Tensor& p);

// What the draws became: to learn from (AugSelf), to log, or to see what another picture gets with the same u.
struct DiffaugWithParameters {
  torch::Tensor y;  // as diffaug(x, u, policy), or with p
  // float32 [N, columns + steps], no gradient. First the values of each step in written order, in the columns that its
  // draws have in u: brightness: the offset; saturation, contrast: the factor; translation: rows and columns of the
  // shift in pixels; cutout: row and column of the hole's centre in pixels. Where a gate is closed, they are those of
  // the identity (0, 1, 1, 0 0), for cutout the drawn centre. Then one column a step: 1 where it acted, 0 where not.
  torch::Tensor parameters;
};
// Registered as diffaug.parameters.
DiffaugWithParameters diffaug_parameters(const torch::Tensor& x, const torch::Tensor& u, const std::string& policy,
                                         const std::optional<torch::Tensor>& p = std::nullopt);

// The linear part of diffaug: diffaug(x) - diffaug(0). Its gradient is diffaug_backward.
torch::Tensor diffaug_linear(const torch::Tensor& x, const torch::Tensor& u, const std::string& policy,
                             const std::optional<torch::Tensor>& p = std::nullopt);

// The adjoint of the linear part: the gradient of diffaug. Its own gradient is diffaug_linear.
torch::Tensor diffaug_backward(const torch::Tensor& grad, const torch::Tensor& u, const std::string& policy,
                               const std::optional<torch::Tensor>& p = std::nullopt);

// Columns of u that `policy` takes (without p).
int64_t diffaug_draws(const std::string& policy);

}  // namespace centigan

#pragma GCC visibility pop
