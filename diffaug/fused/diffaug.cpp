// Schemas, shapes without data, and the public functions. Kernels: fused_cpu.cpp, and fused_ref.cpp where a device has
// none.
#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/pictures.h"
#include "fused/fused_ref.h"

namespace centigan {
namespace {

using at::Tensor;
using Probabilities = std::optional<Tensor>;
using Plain = Tensor(const Tensor&, const Tensor&, std::string_view);
using WithTensor = Tensor(const Tensor&, const Tensor&, std::string_view, const Tensor&);
using WithOptional = Tensor(const Tensor&, const Tensor&, std::string_view, const Probabilities&);
using WithParameters = std::tuple<Tensor, Tensor>(const Tensor&, const Tensor&, std::string_view, const Probabilities&);

Tensor shape_of(const char* op, const Tensor& x, const Tensor& u, std::string_view policy, const Probabilities& p) {
  check_fused(op, *fused_policy(policy), policy, x, u, p);
  return empty_pictures(x);
}

Tensor reference(const char* op, const Tensor& x, const Tensor& u, std::string_view text, const Probabilities& p,
                 FusedMap map) {
  const auto policy = fused_policy(text);
  check_fused(op, *policy, text, x, u, p);
  return fused_ref(x, u, *policy, p, map);
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  const std::vector<at::Tag> tags = {at::Tag::pt2_compliant_tag};
  m.def("diffaug(Tensor x, Tensor u, str policy) -> Tensor", tags);
  m.def("diffaug.p(Tensor x, Tensor u, str policy, Tensor p) -> Tensor", tags);
  m.def("diffaug.parameters(Tensor x, Tensor u, str policy, Tensor? p=None) -> (Tensor, Tensor)", tags);
  m.def("diffaug_linear(Tensor x, Tensor u, str policy, Tensor? p=None) -> Tensor", tags);
  m.def("diffaug_backward(Tensor grad, Tensor u, str policy, Tensor? p=None) -> Tensor", tags);
  m.def("diffaug_draws(str policy) -> int", [](std::string_view policy) {
    const auto read = fused_policy(policy);
    return read->draw_columns + read->gates;
  });
}

TORCH_LIBRARY_IMPL(centigan, Meta, m) {
  m.impl("diffaug", [](const Tensor& x, const Tensor& u, std::string_view policy) {
    return shape_of("diffaug", x, u, policy, {});
  });
  m.impl("diffaug.p", [](const Tensor& x, const Tensor& u, std::string_view policy, const Tensor& p) {
    return shape_of("diffaug", x, u, policy, p);
  });
  m.impl("diffaug.parameters", [](const Tensor& x, const Tensor& u, std::string_view text, const Probabilities& p) {
    const auto policy = fused_policy(text);
    const int64_t columns = policy->draw_columns + static_cast<int64_t>(policy->steps.size());
    const Tensor y = shape_of("diffaug.parameters", x, u, text, p);
    return std::make_tuple(y, at::empty_symint({x.sym_size(0), columns}, x.options().dtype(at::kFloat)));
  });
  m.impl("diffaug_linear", [](const Tensor& x, const Tensor& u, std::string_view policy, const Probabilities& p) {
    return shape_of("diffaug_linear", x, u, policy, p);
  });
  m.impl("diffaug_backward", [](const Tensor& grad, const Tensor& u, std::string_view policy, const Probabilities& p) {
    return shape_of("diffaug_backward", grad, u, policy, p);
  });
}

// An alias key: kernels of a device, wherever they are registered, take its place.
TORCH_LIBRARY_IMPL(centigan, CompositeExplicitAutograd, m) {
  m.impl("diffaug", [](const Tensor& x, const Tensor& u, std::string_view policy) {
    return reference("diffaug", x, u, policy, {}, FusedMap::kValue);
  });
  m.impl("diffaug.p", [](const Tensor& x, const Tensor& u, std::string_view policy, const Tensor& p) {
    return reference("diffaug", x, u, policy, p, FusedMap::kValue);
  });
  m.impl("diffaug.parameters", [](const Tensor& x, const Tensor& u, std::string_view policy, const Probabilities& p) {
    const Tensor y = reference("diffaug.parameters", x, u, policy, p, FusedMap::kValue);
    return std::make_tuple(y, fused_parameters_ref(u, *fused_policy(policy), p, x.size(2), x.size(3)));
  });
  m.impl("diffaug_linear", [](const Tensor& x, const Tensor& u, std::string_view policy, const Probabilities& p) {
    return reference("diffaug_linear", x, u, policy, p, FusedMap::kLinear);
  });
  m.impl("diffaug_backward", [](const Tensor& grad, const Tensor& u, std::string_view policy, const Probabilities& p) {
    return reference("diffaug_backward", grad, u, policy, p, FusedMap::kAdjoint);
  });
}

template <class Signature>
c10::TypedOperatorHandle<Signature> handle(const char* name, const char* overload) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, overload).typed<Signature>();
}

}  // namespace

Tensor diffaug(const Tensor& x, const Tensor& u, const std::string& policy) {
  static const auto op = handle<Plain>("centigan::diffaug", "");
  return op.call(x, u, policy);
}

Tensor diffaug(const Tensor& x, const Tensor& u, const std::string& policy, const Tensor& p) {
  static const auto op = handle<WithTensor>("centigan::diffaug", "p");
  return op.call(x, u, policy, p);
}

DiffaugWithParameters diffaug_parameters(const Tensor& x, const Tensor& u, const std::string& policy,
                                         const Probabilities& p) {
  static const auto op = handle<WithParameters>("centigan::diffaug", "parameters");
  auto [y, parameters] = op.call(x, u, policy, p);
  return {std::move(y), std::move(parameters)};
}

Tensor diffaug_linear(const Tensor& x, const Tensor& u, const std::string& policy, const Probabilities& p) {
  static const auto op = handle<WithOptional>("centigan::diffaug_linear", "");
  return op.call(x, u, policy, p);
}

Tensor diffaug_backward(const Tensor& grad, const Tensor& u, const std::string& policy, const Probabilities& p) {
  static const auto op = handle<WithOptional>("centigan::diffaug_backward", "");
  return op.call(grad, u, policy, p);
}

int64_t diffaug_draws(const std::string& policy) {
  const auto read = fused_policy(policy);
  return read->draw_columns + read->gates;
}

}  // namespace centigan
