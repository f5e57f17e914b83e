// For fixed draws every policy is affine in x: its gradient is the adjoint of the linear part, whose gradient is the
// linear part again. Both are operators, so gradients of any order follow.
#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "fused/fused_policy.h"

namespace centigan {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Probabilities = std::optional<Tensor>;

void save(AutogradContext* ctx, const Tensor& u, const std::string& policy, const Probabilities& p) {
  ctx->save_for_backward({u, p.value_or(Tensor())});
  ctx->saved_data["policy"] = policy;
}

// The gradient with respect to x; u, policy and p have none.
variable_list gradient(AutogradContext* ctx, const Tensor& grad, bool adjoint) {
  const variable_list saved = ctx->get_saved_variables();
  const Probabilities p = saved[1].defined() ? Probabilities(saved[1]) : std::nullopt;
  const std::string& policy = ctx->saved_data["policy"].toStringRef();
  return {adjoint ? diffaug_backward(grad, saved[0], policy, p) : diffaug_linear(grad, saved[0], policy, p), Tensor(),
          Tensor(), Tensor()};
}

struct ValueFunction : torch::autograd::Function<ValueFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& u, const std::string& policy,
                        const Probabilities& p) {
    save(ctx, u, policy, p);
    at::AutoDispatchBelowADInplaceOrView below;
    return p ? diffaug(x, u, policy, *p) : diffaug(x, u, policy);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) { return gradient(ctx, grads[0], true); }
};

struct ParametersFunction : torch::autograd::Function<ParametersFunction> {
  static variable_list forward(AutogradContext* ctx, const Tensor& x, const Tensor& u, const std::string& policy,
                               const Probabilities& p) {
    save(ctx, u, policy, p);
    at::AutoDispatchBelowADInplaceOrView below;
    const DiffaugWithParameters result = diffaug_parameters(x, u, policy, p);
    ctx->mark_non_differentiable({result.parameters});
    return {result.y, result.parameters};
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) { return gradient(ctx, grads[0], true); }
};

struct LinearFunction : torch::autograd::Function<LinearFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& u, const std::string& policy,
                        const Probabilities& p) {
    save(ctx, u, policy, p);
    at::AutoDispatchBelowADInplaceOrView below;
    return diffaug_linear(x, u, policy, p);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) { return gradient(ctx, grads[0], true); }
};

struct AdjointFunction : torch::autograd::Function<AdjointFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& grad, const Tensor& u, const std::string& policy,
                        const Probabilities& p) {
    save(ctx, u, policy, p);
    at::AutoDispatchBelowADInplaceOrView below;
    return diffaug_backward(grad, u, policy, p);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) { return gradient(ctx, grads[0], false); }
};

TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("diffaug", [](const Tensor& x, const Tensor& u, std::string_view policy) {
    return ValueFunction::apply(x, u, std::string(policy), Probabilities());
  });
  m.impl("diffaug.p", [](const Tensor& x, const Tensor& u, std::string_view policy, const Tensor& p) {
    return ValueFunction::apply(x, u, std::string(policy), Probabilities(p));
  });
  m.impl("diffaug.parameters", [](const Tensor& x, const Tensor& u, std::string_view policy, const Probabilities& p) {
    variable_list both = ParametersFunction::apply(x, u, std::string(policy), p);
    return std::make_tuple(both[0], both[1]);
  });
  m.impl("diffaug_linear", [](const Tensor& x, const Tensor& u, std::string_view policy, const Probabilities& p) {
    return LinearFunction::apply(x, u, std::string(policy), p);
  });
  m.impl("diffaug_backward", [](const Tensor& grad, const Tensor& u, std::string_view policy, const Probabilities& p) {
    return AdjointFunction::apply(grad, u, std::string(policy), p);
  });
}

}  // namespace
}  // namespace centigan
