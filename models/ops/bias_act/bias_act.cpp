#include <ATen/OpMathType.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/library.h>

#include <cmath>
#include <vector>

#include "bias_act/bias_act_options.h"
#include "centigan/nn/ops.h"

namespace centigan {
namespace {

using at::Tensor;
constexpr const char* kBiasActSchemas[] = {
    "bias_act(Tensor x, Tensor? b=None, int dim=1, str act=\"linear\", float? alpha=None, float? gain=None, "
    "float? clamp=None) -> Tensor",
    "bias_act_backward(Tensor dy, Tensor? x, Tensor? b, Tensor? y, int dim, str act, float alpha, float gain, "
    "float clamp, bool bias_grad) -> (Tensor, Tensor)",
    "bias_act_double_backward(Tensor grad, Tensor dy, Tensor? x, Tensor? b, Tensor? y, int dim, str act, float alpha, "
    "float gain, float clamp) -> Tensor"};

struct Activation {
  const char* name;
  Act act;
  double default_gain;
  bool smooth;
};

const double kSqrt2 = std::sqrt(2.0);
const Activation kActivations[] = {
    {"linear", Act::kLinear, 1.0, false},  {"relu", Act::kRelu, kSqrt2, false},
    {"lrelu", Act::kLrelu, kSqrt2, false}, {"tanh", Act::kTanh, 1.0, true},
    {"sigmoid", Act::kSigmoid, 1.0, true}, {"elu", Act::kElu, 1.0, true},
    {"selu", Act::kSelu, 1.0, true},       {"softplus", Act::kSoftplus, 1.0, true},
    {"swish", Act::kSwish, kSqrt2, true},
};

const Activation& find_activation(std::string_view name) {
  std::string known;
  for (const Activation& act : kActivations) {
    if (name == act.name) return act;
    known += std::string(known.empty() ? "" : ", ") + act.name;
  }
  TORCH_CHECK(false, "bias_act: unknown activation '", name, "'; known are ", known);
}

void check_bias(const Tensor& x, const Tensor& b, int64_t dim) {
  TORCH_CHECK(dim >= 0 && dim < x.dim(), "bias_act: dim ", dim, " is outside the ", x.dim(), " dimensions of x");
  TORCH_CHECK(b.dim() == 1 && b.sym_size(0) == x.sym_size(dim), "bias_act: b must be [", x.sym_size(dim), "], got ",
              b.sym_sizes());
}

Tensor empty_in_layout(const Tensor& x, const Tensor& like) {
  return at::empty_like(x, x.options(), like.suggest_memory_format());
}

Tensor bias_act_meta(const Tensor& x, const OptionalTensor& b, int64_t dim, std::string_view act,
                     std::optional<double> alpha, std::optional<double> gain, std::optional<double> clamp) {
  bias_act_options(x, b, dim, act, alpha, gain, clamp);
  return empty_in_layout(x, x);
}

std::tuple<Tensor, Tensor> bias_act_backward_meta(const Tensor& dy, const OptionalTensor& x, const OptionalTensor&,
                                                  const OptionalTensor& y, int64_t dim, std::string_view, double,
                                                  double, double, bool bias_grad) {
  const auto options = dy.options().dtype(at::toOpMathType(dy.scalar_type()));
  return {empty_in_layout(dy, bias_act_layout(dy, x, y)),
          at::empty_symint({bias_grad ? dy.sym_size(dim) : 0}, options)};
}

Tensor bias_act_double_backward_meta(const Tensor&, const Tensor& dy, const OptionalTensor& x, const OptionalTensor&,
                                     const OptionalTensor& y, int64_t, std::string_view, double, double, double) {
  return empty_in_layout(dy, bias_act_layout(dy, x, y));
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  for (const char* schema : kBiasActSchemas) m.def(schema, {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(centigan, Meta, m) {
  m.impl("bias_act", bias_act_meta);
  m.impl("bias_act_backward", bias_act_backward_meta);
  m.impl("bias_act_double_backward", bias_act_double_backward_meta);
}

}  // namespace

Act BiasActOptions::act() const {
  return find_activation(name).act;
}
bool BiasActOptions::smooth() const {
  return find_activation(name).smooth;
}
bool BiasActOptions::from_input() const {
  return act() == Act::kSwish || (act() == Act::kLrelu && alpha < 0.0);
}

BiasActOptions bias_act_options(const Tensor& x, const OptionalTensor& b, int64_t dim, std::string_view act,
                                std::optional<double> alpha, std::optional<double> gain, std::optional<double> clamp) {
  TORCH_CHECK(x.is_floating_point(), "bias_act: x must be floating point, got ", x.scalar_type());
  TORCH_CHECK(!clamp || *clamp >= 0, "bias_act: clamp must not be negative, got ", *clamp);
  const double default_gain = find_activation(act).default_gain;
  if (b) check_bias(x, *b, dim);
  return {dim, std::string(act), alpha.value_or(0.2), gain.value_or(default_gain), clamp.value_or(-1.0)};
}

BiasActOptions bias_act_options(int64_t dim, std::string_view act, double alpha, double gain, double clamp,
                                at::ScalarType type) {
  if (type == at::kHalf) clamp = static_cast<float>(at::Half(static_cast<float>(clamp)));
  if (type == at::kBFloat16) clamp = static_cast<float>(at::BFloat16(static_cast<float>(clamp)));
  return {dim, std::string(act), alpha, gain, clamp};
}

const Tensor& bias_act_layout(const Tensor& dy, const OptionalTensor& x, const OptionalTensor& y) {
  return y ? *y : x ? *x : dy;
}

Tensor along_dimension(const Tensor& v, const Tensor& x, int64_t dim) {
  std::vector<c10::SymInt> shape(x.dim(), 1);
  shape[dim] = v.sym_size(0);
  return v.view_symint(shape);
}

std::tuple<Tensor, Tensor> call_bias_act_backward(const Tensor& dy, const OptionalTensor& x, const OptionalTensor& b,
                                                  const OptionalTensor& y, const BiasActOptions& o, bool bias_grad) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::bias_act_backward", "")
                             .typed<decltype(bias_act_backward_meta)>();
  return op.call(dy, x, b, y, o.dim, o.name, o.alpha, o.gain, o.clamp, bias_grad);
}

Tensor call_bias_act_double_backward(const Tensor& grad, const Tensor& dy, const OptionalTensor& x,
                                     const OptionalTensor& b, const OptionalTensor& y, const BiasActOptions& o) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::bias_act_double_backward", "")
                             .typed<decltype(bias_act_double_backward_meta)>();
  return op.call(grad, dy, x, b, y, o.dim, o.name, o.alpha, o.gain, o.clamp);
}

Tensor bias_act(const Tensor& x, const OptionalTensor& b, int64_t dim, std::string_view act,
                std::optional<double> alpha, std::optional<double> gain, std::optional<double> clamp) {
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("centigan::bias_act", "").typed<decltype(bias_act_meta)>();
  return op.call(x, b, dim, act, alpha, gain, clamp);
}

}  // namespace centigan
