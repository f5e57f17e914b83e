// From float parameters and frozen ranges to the integers of a layer record (docs/cgm-format.md, 8).
#pragma once
#include <torch/types.h>

#include "centigan/models/lite_quant.h"

namespace centigan {

constexpr double kQ31 = 2147483648.0, kMaxMultiplier = 1073741823.0;  // 2^31, 2^30 - 1
constexpr double kUnitGain = 4096.0;                                  // Q12
constexpr double kLatentScale = 1.0 / 32;
constexpr double kRgbUnit = 256 * 127.5;  // 1/256 of an 8-bit step against [-1,1]
constexpr double kRgbStored = 16;         // a folded toRGB weight of unit gain is 16 times the stored one
constexpr double kLiteSlopeQ14 = 3277;

enum StudentShift { kShift = 0, kGainShift, kConstShift, kWeightBits };

// Integer-valued tensors that know their gradient. Shapes as the float parameters; float64 but for the weights of
// convolutions (float32).
struct LayerIntegers {
  torch::Tensor weight, bias, constant, gain_weight, gain_bias, noise;
  torch::Tensor mult, gain_mult;  // constants
  double unit = 0;                // of the multiplier: 2^shift / 2^31
  double gain_unit = 0;
};

// `first_rgb`: the layer is the first toRGB, whose bias carries the half step of the final rounding.
LayerIntegers layer_integers(const LiteStudentUnitImpl& unit, bool first_rgb);

// The scale of the accumulator [cout] (float64): float = scale * u.
torch::Tensor accumulator_scale(const LiteStudentUnitImpl& unit);

// The constant factor between accumulator and output that `mult` holds, as a real number [cout].
torch::Tensor multiplier_factor(const LiteStudentUnitImpl& unit);

// A value per output channel [cout], shaped to multiply the weight parameter.
torch::Tensor per_weight(const LiteLayer& layer, const torch::Tensor& per_channel);

}  // namespace centigan
