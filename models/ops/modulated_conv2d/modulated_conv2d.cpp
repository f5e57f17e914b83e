#include <ATen/OpMathType.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <cmath>

#include "centigan/nn/ops.h"
#include "channel_scale/channel_scale.h"
#include "common/static_size.h"

namespace centigan {
namespace {

using at::Tensor;
constexpr const char* kModulatedConv2dSchema =
    "modulated_conv2d(Tensor x, Tensor weight, Tensor styles, Tensor? noise=None, int up=1, int down=1, int padding=0, "
    "Tensor? resample_filter=None, bool demodulate=True, bool flip_weight=True) -> Tensor";
constexpr double kDemodulationEps = 1e-8;
constexpr double kSmallest = 1e-20;  // all-zero styles stay zero

void check_modulated_conv2d(const Tensor& x, const Tensor& weight, const Tensor& styles) {
  TORCH_CHECK(x.dim() == 4 && weight.dim() == 4, "modulated_conv2d: x must be [N,I,H,W] and weight [O,I,kh,kw]");
  TORCH_CHECK(styles.dim() == 2 && styles.sym_size(0) == x.sym_size(0) && styles.sym_size(1) == x.sym_size(1),
              "modulated_conv2d: styles must be [", x.sym_size(0), ",", x.sym_size(1), "], got ", styles.sym_sizes());
}

// float16 overflows beyond 65504. Demodulation cancels any factor, so the factors carry no gradient of their own.
Tensor half_safe_weight(const Tensor& weight) {
  const Tensor largest = weight.detach().abs().amax({1, 2, 3}, true).clamp_min(kSmallest);
  const double fan_in = static_cast<double>(static_size(weight, 1) * static_size(weight, 2) * static_size(weight, 3));
  return weight / (largest * std::sqrt(fan_in));
}
Tensor half_safe_styles(const Tensor& styles) {
  return styles / styles.detach().abs().amax({1}, true).clamp_min(kSmallest);
}

// rsqrt(sum over i, kh, kw of (weight * style)^2 + eps), [N,O], without one weight a picture.
Tensor demodulation(const Tensor& weight, const Tensor& styles) {
  const Tensor energy = weight.square().sum({2, 3});
  return (styles.square().matmul(energy.t()) + kDemodulationEps).rsqrt();
}

Tensor modulated_conv2d_composite(const Tensor& x, const Tensor& weight, const Tensor& styles,
                                  const std::optional<Tensor>& noise, int64_t up, int64_t down, int64_t padding,
                                  const std::optional<Tensor>& resample_filter, bool demodulate, bool flip_weight) {
  check_modulated_conv2d(x, weight, styles);
  const bool rescale = demodulate && x.scalar_type() == at::kHalf;
  const at::ScalarType exact = at::toOpMathType(x.scalar_type());  // float32 for half types
  const Tensor w = rescale ? half_safe_weight(weight.to(exact)) : weight.to(exact);
  const Tensor s = rescale ? half_safe_styles(styles.to(exact)) : styles.to(exact);
  const Tensor y =
      conv2d_resample(channel_scale(x, s), w.to(x.scalar_type()), resample_filter, up, down, padding, flip_weight);
  if (demodulate) return channel_scale(y, demodulation(w, s), noise);
  return noise ? y + noise->to(x.scalar_type()) : y;
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def(kModulatedConv2dSchema, {at::Tag::pt2_compliant_tag});
  m.impl("modulated_conv2d", c10::DispatchKey::CompositeImplicitAutograd, modulated_conv2d_composite);
}

}  // namespace

Tensor modulated_conv2d(const Tensor& x, const Tensor& weight, const Tensor& styles, const std::optional<Tensor>& noise,
                        int64_t up, int64_t down, int64_t padding, const std::optional<Tensor>& resample_filter,
                        bool demodulate, bool flip_weight) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::modulated_conv2d", "")
                             .typed<decltype(modulated_conv2d_composite)>();
  return op.call(x, weight, styles, noise, up, down, padding, resample_filter, demodulate, flip_weight);
}

}  // namespace centigan
