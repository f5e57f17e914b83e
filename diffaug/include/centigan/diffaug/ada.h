// The augmentation pipeline of ADA: its stages as operators with explicit parameters, and the pipeline that draws them.
// All are registered with PyTorch under centigan::; the functions here call the dispatcher.
//
// x [N,C,H,W], float32, float64, float16 or bfloat16, any strides and sizes; the result has x's type and shape, is
// channels-last where x is, else contiguous, and shares no memory with x. Half types are computed in float32. Nothing
// is clamped. Parameters are float32 or x's type, on x's device, used in float64, and get no gradient. Every stage is
// affine in x for fixed parameters and differentiable to any order. A wrong argument is a c10::Error.
//
// A picture whose parameters are exactly those of "nothing" (identity matrix, gains of 1, sigma or size 0) is copied
// bit for bit; the published pipeline resamples it as well and is 4e-6 off. Method: Karras et al., "Training Generative
// Adversarial Networks with Limited Data", 2020, appendix B.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#pragma GCC visibility push(default)

namespace centigan {

// Resamples. g_inv [N,3,3] maps homogeneous pixel coordinates (x to the right, y down, origin in the picture's centre)
// of the output to those of the input; the last row counts as (0,0,1). The picture is continued by reflection, as far
// as the corners of any picture of the batch reach plus 6 pixels, at most by its size - 1, with zeros beyond; doubled
// in size with the sym6 low-pass; sampled bilinearly; and halved with the mirrored low-pass. The low-pass is not
// symmetric: flips and right angles are not exact, identity and shifts by whole pixels are, to rounding. A g_inv
// that is not finite is an error on the CPU and gives zeros on CUDA.
torch::Tensor ada_geometry(const torch::Tensor& x, const torch::Tensor& g_inv);
// Its adjoint: folds the gradient of the output back to the input.
torch::Tensor ada_geometry_backward(const torch::Tensor& grad, const torch::Tensor& g_inv);

// c [N,4,4] homogeneous colour matrices, the last row counts as (0,0,0,1). 3 channels: y = c3 x + offset; 4 channels:
// the first three of them, the fourth is copied; 1 channel: the mean of the three rows, y = (sum of its factors) x +
// its offset. Other numbers of channels are an error.
torch::Tensor ada_color(const torch::Tensor& x, const torch::Tensor& c);

// Amplifies four frequency bands: gains [N,4] times the sym2 filter bank gives 43 symmetric taps, applied along rows
// and columns. The bands add up to the identity. The picture is continued by reflection without repeating the border
// pixel, with the period 2(n-1) where it has 21 pixels or less (a single one: constant); the published code refuses
// those.
torch::Tensor ada_filter(const torch::Tensor& x, const torch::Tensor& gains);
torch::Tensor ada_filter_backward(const torch::Tensor& grad, const torch::Tensor& gains);

// x + sigma[n] noise; sigma [N]; noise [N,C,H,W] of x's type, no gradient.
torch::Tensor ada_noise(const torch::Tensor& x, const torch::Tensor& noise, const torch::Tensor& sigma);

// Zeros in a box around centre [N,2] = (x, y) in [0,1]: where |(column + 0.5)/W - x| < size/2 and the same for the row.
// size [N] or [], a fraction of width and height; 0 cuts nothing. The overload is registered as ada_cutout.fraction.
torch::Tensor ada_cutout(const torch::Tensor& x, const torch::Tensor& centre, const torch::Tensor& size);
torch::Tensor ada_cutout(const torch::Tensor& x, const torch::Tensor& centre, double size = 0.5);

// "bgc", "ada:bgc" or "bgc:p=0.6": which groups of steps there are, and the probability of each step.
struct AdaCombination {
  bool blit = false, geom = false, color = false, filter = false, noise = false, cutout = false;
  bool has_p = false;  // p is written
  double p = 1.0;
  std::string error, hint;  // if it could not be read
};
// Words: blit, geom, color, filter, noise, cutout, bg, bgc, bgcf, bgcfn, bgcfnc. Throws nothing of its own.
AdaCombination read_ada_combination(const std::string& text);

// The pipeline. u [N, ada_draws(combination)] uniform in [0,1), float32 or x's type: first the columns of values, then
// the gates, each step's in the order of ada_parameters. A step acts on a picture where its gate is below p (the two
// rotations: below 1 - sqrt(1 - p)); elsewhere it does nothing. Normal draws are sqrt(2) erfinv(2u - 1) with u at least
// 2^-25 from 0 and 1. p [] replaces the probability of the text, which then has none. noise [N,C,H,W], standard normal,
// of x's type: needed where ada_needs_noise(combination), else ignored. A NaN in u is an error on the CPU, 0 on CUDA.
// With one channel, hue and saturation do nothing (as published).
torch::Tensor ada(const torch::Tensor& x, const torch::Tensor& u, const std::string& combination,
                  const std::optional<torch::Tensor>& p = {}, const std::optional<torch::Tensor>& noise = {});
// And the parameters that were used, float32 [N,m] in the order of ada_parameters. Registered as ada.parameters.
std::tuple<torch::Tensor, torch::Tensor> ada_with_parameters(const torch::Tensor& x, const torch::Tensor& u,
                                                             const std::string& combination,
                                                             const std::optional<torch::Tensor>& p = {},
                                                             const std::optional<torch::Tensor>& noise = {});

int64_t ada_draws(const std::string& combination);
bool ada_needs_noise(const std::string& combination);
// Names of the columns of parameters: the values used (those of "nothing" where a gate is closed), then 1 or 0 for each
// gate, "<step>_acted". Angles in radians, shifts in widths and heights (x to the right, y down), filter gains before
// normalisation.
std::vector<std::string> ada_parameters(const std::string& combination);

}  // namespace centigan

#pragma GCC visibility pop
