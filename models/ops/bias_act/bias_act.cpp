#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <cmath>
#include <string>
#include <vector>

#include "centigan/nn/ops.h"

namespace centigan {
namespace {

using at::Tensor;
constexpr const char* kBiasActSchema =
    "bias_act(Tensor x, Tensor? b=None, int dim=1, str act=\"linear\", float? alpha=None, float? gain=None, "
    "float? clamp=None) -> Tensor";

struct Activation {
  const char* name;
  double default_gain;
  Tensor (*apply)(const Tensor& x, double alpha);
};

const double kSqrt2 = std::sqrt(2.0);
const Activation kActivations[] = {
    {"linear", 1.0, [](const Tensor& x, double) { return x; }},
    {"relu", kSqrt2, [](const Tensor& x, double) { return at::relu(x); }},
    {"lrelu", kSqrt2, [](const Tensor& x, double alpha) { return at::leaky_relu(x, alpha); }},
    {"tanh", 1.0, [](const Tensor& x, double) { return at::tanh(x); }},
    {"sigmoid", 1.0, [](const Tensor& x, double) { return at::sigmoid(x); }},
    {"elu", 1.0, [](const Tensor& x, double) { return at::elu(x); }},
    {"selu", 1.0, [](const Tensor& x, double) { return at::selu(x); }},
    {"softplus", 1.0, [](const Tensor& x, double) { return at::softplus(x); }},
    {"swish", kSqrt2, [](const Tensor& x, double) { return at::silu(x); }},
};

const Activation& find_activation(std::string_view name) {
  std::string known;
  for (const Activation& act : kActivations) {
    if (name == act.name) return act;
    known += std::string(known.empty() ? "" : ", ") + act.name;
  }
  TORCH_CHECK(false, "bias_act: unknown activation '", name, "'; known are ", known);
}

Tensor add_channel_bias(const Tensor& x, const Tensor& b, int64_t dim) {
  TORCH_CHECK(dim >= 0 && dim < x.dim(), "bias_act: dim ", dim, " is outside the ", x.dim(), " dimensions of x");
  TORCH_CHECK(b.dim() == 1 && b.sym_size(0) == x.sym_size(dim), "bias_act: b must be [", x.sym_size(dim), "], got ",
              b.sym_sizes());
  std::vector<c10::SymInt> shape(x.dim(), 1);
  shape[dim] = b.sym_size(0);
  return x + b.to(x.scalar_type()).view_symint(shape);
}

// hardtanh rather than clamp: its gradient is zero also where the value is exactly at the limit.
Tensor bias_act_composite(const Tensor& x, const std::optional<Tensor>& b, int64_t dim, std::string_view act,
                          std::optional<double> alpha, std::optional<double> gain, std::optional<double> clamp) {
  TORCH_CHECK(x.is_floating_point(), "bias_act: x must be floating point, got ", x.scalar_type());
  TORCH_CHECK(!clamp || *clamp >= 0, "bias_act: clamp must not be negative, got ", *clamp);
  const Activation& activation = find_activation(act);
  Tensor y = activation.apply(b ? add_channel_bias(x, *b, dim) : x, alpha.value_or(0.2));
  const double factor = gain.value_or(activation.default_gain);
  if (factor != 1.0) y = y * factor;
  if (clamp) return at::hardtanh(y, -*clamp, *clamp);
  return y.is_same(x) ? x.clone() : y;  // an operator's result is never its input
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def(kBiasActSchema, {at::Tag::pt2_compliant_tag});
  m.impl("bias_act", c10::DispatchKey::CompositeImplicitAutograd, bias_act_composite);
}

}  // namespace

Tensor bias_act(const Tensor& x, const std::optional<Tensor>& b, int64_t dim, std::string_view act,
                std::optional<double> alpha, std::optional<double> gain, std::optional<double> clamp) {
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("centigan::bias_act", "").typed<decltype(bias_act_composite)>();
  return op.call(x, b, dim, act, alpha, gain, clamp);
}

}  // namespace centigan
