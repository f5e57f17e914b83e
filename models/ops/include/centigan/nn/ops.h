// Operators of the StyleGAN2 networks. Each of the first three is also registered with PyTorch under centigan:: and can
// be loaded from Python (torch.ops.load_library("libcentigan_nn.so")); the functions here call the dispatcher.
// All have gradients of any order and keep the type of x (float32, float64, float16, bfloat16).
// Method: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", 2020.
#pragma once
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <tuple>

#pragma GCC visibility push(default)

extern "C" int centigan_nn_abi_version();

namespace centigan {

// Up-sample by zeros (after each pixel, also the last), pad, filter, down-sample.
// x [N,C,H,W]; f [fh,fw], or [n] for a separable filter (rows, then columns), absent: [[1]]. f gets no gradient.
// up, down: factors along x, then y. padding: x0, x1, y0, y1 on the up-sampled picture, negative crops.
// flip_filter false: true convolution; true: correlation. The result is multiplied by gain.
// Width of the result: (W * up + x0 + x1 - fw) / down + 1.
torch::Tensor upfirdn2d(const torch::Tensor& x, const std::optional<torch::Tensor>& f,
                        std::array<int64_t, 2> up = {1, 1}, std::array<int64_t, 2> down = {1, 1},
                        std::array<int64_t, 4> padding = {0, 0, 0, 0}, bool flip_filter = false, double gain = 1.0);

// clamp(gain * act(x + b), -clamp, clamp). b [x.size(dim)] or absent. act: linear, relu, lrelu, tanh, sigmoid, elu,
// selu, softplus, swish. alpha: slope of lrelu (0.2). gain: sqrt(2) for relu, lrelu, swish, else 1. The gradient is
// zero where the result is at or beyond the clamp, and relu and lrelu take their negative side at 0.
torch::Tensor bias_act(const torch::Tensor& x, const std::optional<torch::Tensor>& b, int64_t dim = 1,
                       std::string_view act = "linear", std::optional<double> alpha = std::nullopt,
                       std::optional<double> gain = std::nullopt, std::optional<double> clamp = std::nullopt);

// Convolution whose input channels are scaled per picture. x [N,I,H,W], weight [O,I,kh,kw], styles [N,I];
// noise [N,1,H',W'] or [H',W'] is added behind demodulation (each output channel scaled to unit weight norm).
// up, down, padding, resample_filter, flip_weight: as in conv2d_resample. Weights stay shared by the batch: the input
// is scaled before and the output behind the convolution. float16 weights and styles are normalised first (no
// overflow).
torch::Tensor modulated_conv2d(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& styles,
                               const std::optional<torch::Tensor>& noise = std::nullopt, int64_t up = 1,
                               int64_t down = 1, int64_t padding = 0,
                               const std::optional<torch::Tensor>& resample_filter = std::nullopt,
                               bool demodulate = true, bool flip_weight = true);

// 2-D convolution with up- or down-sampling by an integer factor through filter f. `padding` is on the up-sampled
// picture. flip_weight true: correlation (what conv2d computes); false: true convolution (StyleGAN2's up-sampling
// layers).
torch::Tensor conv2d_resample(const torch::Tensor& x, const torch::Tensor& weight,
                              const std::optional<torch::Tensor>& f = std::nullopt, int64_t up = 1, int64_t down = 1,
                              int64_t padding = 0, bool flip_weight = true);

// What BigGAN's norms do: relu(gain * (x - mean) / sqrt(var + eps) + bias). x [N,C,H,W]; gain, bias [N,C] or [1,C] and
// mean, var [C] in float32 (or float64 with such an x); the result has x's type. `of_batch`: mean and var are
// batch_moments(x), and the gradient goes through them too; else it takes them for constants.
torch::Tensor norm_relu(const torch::Tensor& x, const torch::Tensor& gain, const torch::Tensor& bias,
                        const torch::Tensor& mean, const torch::Tensor& var, double eps, bool of_batch);

// Mean and biased variance over all but the channels, [C] each, float32 (float64 of such an x). No gradient.
std::tuple<torch::Tensor, torch::Tensor> batch_moments(const torch::Tensor& x);

// Filter with sum 1, float32. Fewer than 8 taps become a square outer product [n,n], more stay separable [n].
torch::Tensor setup_filter(std::initializer_list<double> taps);
torch::Tensor setup_filter(const torch::Tensor& taps);  // [n], or [fh,fw] which is only normalised

// upfirdn2d with the padding that keeps the picture in place: times `up`, divided by `down`, same size.
torch::Tensor upsample2d(const torch::Tensor& x, const torch::Tensor& f, int64_t up = 2);
torch::Tensor downsample2d(const torch::Tensor& x, const torch::Tensor& f, int64_t down = 2);
torch::Tensor filter2d(const torch::Tensor& x, const torch::Tensor& f, bool flip_filter = false);

}  // namespace centigan

#pragma GCC visibility pop
