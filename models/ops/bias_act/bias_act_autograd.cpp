#include <ATen/TensorOperators.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "bias_act/bias_act_options.h"
#include "centigan/nn/ops.h"

// What is kept for the gradient: nothing for linear without clamp, y for the piecewise linear ones, x, b and y for the
// smooth ones, x and b where the derivative is worked out from them. y is a function of x and b, so the second
// derivative goes to those two alone.
namespace centigan {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

OptionalTensor if_defined(const Tensor& t) {
  return t.defined() ? OptionalTensor(t) : std::nullopt;
}
OptionalTensor detached(const OptionalTensor& t) {
  return t ? OptionalTensor(t->detach()) : t;
}

void keep_options(AutogradContext* ctx, const BiasActOptions& o) {
  ctx->saved_data["dim"] = o.dim, ctx->saved_data["act"] = o.name, ctx->saved_data["alpha"] = o.alpha;
  ctx->saved_data["gain"] = o.gain, ctx->saved_data["clamp"] = o.clamp;
}
BiasActOptions kept_options(AutogradContext* ctx) {
  auto& data = ctx->saved_data;
  return {data["dim"].toInt(), data["act"].toStringRef(), data["alpha"].toDouble(), data["gain"].toDouble(),
          data["clamp"].toDouble()};
}

struct BiasAct : torch::autograd::Function<BiasAct> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const OptionalTensor& b, const BiasActOptions& o) {
    const Tensor y = [&] {
      at::AutoDispatchBelowADInplaceOrView below;
      return bias_act(x, b, o.dim, o.name, o.alpha, o.gain,
                      o.clamp >= 0.0 ? std::optional<double>(o.clamp) : std::nullopt);
    }();
    const bool input = o.from_input() || o.smooth();
    const bool output = !o.from_input() && (o.act() != Act::kLinear || o.clamp >= 0.0);
    ctx->save_for_backward({input ? x : Tensor(), input && b ? *b : Tensor(), output ? y : Tensor()});
    keep_options(ctx, o);
    if (b) ctx->saved_data["b_type"] = b->scalar_type();
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const BiasActOptions o = kept_options(ctx);
    const variable_list saved = ctx->get_saved_variables();
    OptionalTensor x = if_defined(saved[0]), b = if_defined(saved[1]);
    if (!o.smooth()) x = detached(x), b = detached(b);
    const bool biased = ctx->saved_data.count("b_type") > 0, bias_grad = biased && ctx->needs_input_grad(1);
    const auto [dx, db] = call_bias_act_backward(grads[0], x, b, detached(if_defined(saved[2])), o, bias_grad);
    variable_list result{dx, Tensor(), Tensor()};
    if (bias_grad) result[1] = db.to(ctx->saved_data["b_type"].toScalarType());
    return result;
  }
};

// dx is linear in dy, and its own adjoint; db is a sum of dx.
struct BiasActBackward : torch::autograd::Function<BiasActBackward> {
  static variable_list forward(AutogradContext* ctx, const Tensor& dy, const OptionalTensor& x, const OptionalTensor& b,
                               const OptionalTensor& y, const BiasActOptions& o, bool bias_grad) {
    ctx->save_for_backward(
        {o.smooth() ? dy : Tensor(), x.value_or(Tensor()), b.value_or(Tensor()), y ? y->detach() : Tensor()});
    ctx->set_materialize_grads(false);
    keep_options(ctx, o);
    ctx->saved_data["sizes"] = dy.sym_sizes();
    at::AutoDispatchBelowADInplaceOrView below;
    const auto [dx, db] = call_bias_act_backward(dy, x, b, y, o, bias_grad);
    return {dx, db};
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    variable_list result(6);
    const BiasActOptions o = kept_options(ctx);
    const variable_list saved = ctx->get_saved_variables();
    const OptionalTensor x = if_defined(saved[1]), b = if_defined(saved[2]), y = if_defined(saved[3]);
    const Tensor total = total_gradient(ctx, grads, o);
    if (!total.defined()) return result;
    result[0] = std::get<0>(call_bias_act_backward(total, x, b, y, o, false));
    if (!o.smooth()) return result;
    const Tensor by_input = call_bias_act_double_backward(total, saved[0], x, b, y, o);
    result[1] = by_input;
    // The sum over all but one dimension, in fixed order, is what a linear activation's bias gradient is.
    if (b)
      result[2] = std::get<1>(call_bias_act_backward(by_input, {}, {}, {}, {o.dim, "linear", 0.0, 1.0, -1.0}, true))
                      .to(b->scalar_type());
    return result;
  }

  // That of dx and that of db, which every value of its channel went into.
  static Tensor total_gradient(AutogradContext* ctx, const variable_list& grads, const BiasActOptions& o) {
    if (!grads[1].defined() || grads[1].sym_numel() == 0) return grads[0];
    const std::vector<c10::SymInt> sizes = ctx->saved_data["sizes"].toSymIntVector();
    std::vector<c10::SymInt> shape(sizes.size(), 1);
    shape[o.dim] = sizes[o.dim];
    const Tensor by_bias = grads[1].view_symint(shape).expand_symint(sizes);
    return grads[0].defined() ? grads[0] + by_bias.to(grads[0].scalar_type()) : by_bias;
  }
};

std::tuple<Tensor, Tensor> bias_act_backward_autograd(const Tensor& dy, const OptionalTensor& x,
                                                      const OptionalTensor& b, const OptionalTensor& y, int64_t dim,
                                                      std::string_view act, double alpha, double gain, double clamp,
                                                      bool bias_grad) {
  const variable_list out =
      BiasActBackward::apply(dy, x, b, y, bias_act_options(dim, act, alpha, gain, clamp, dy.scalar_type()), bias_grad);
  return {out[0], out[1]};
}

// Below here the published operators end; ATen gives the third order and any other.
Tensor bias_act_double_backward_autograd(const Tensor& grad, const Tensor& dy, const OptionalTensor& x,
                                         const OptionalTensor& b, const OptionalTensor& y, int64_t dim,
                                         std::string_view act, double alpha, double gain, double clamp) {
  const BiasActOptions o = bias_act_options(dim, act, alpha, gain, clamp, dy.scalar_type());
  const bool wanted =
      grad.requires_grad() || dy.requires_grad() || (x && x->requires_grad()) || (b && b->requires_grad());
  if (at::GradMode::is_enabled() && wanted) return bias_act_double_backward_ref(grad, dy, x.value(), b, o);
  at::AutoDispatchBelowADInplaceOrView below;
  return call_bias_act_double_backward(grad, dy, x, b, y, o);
}

TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("bias_act", [](const Tensor& x, const OptionalTensor& b, int64_t dim, std::string_view act,
                        std::optional<double> alpha, std::optional<double> gain, std::optional<double> clamp) {
    return BiasAct::apply(x, b, bias_act_options(x, b, dim, act, alpha, gain, clamp));
  });
  m.impl("bias_act_backward", bias_act_backward_autograd);
  m.impl("bias_act_double_backward", bias_act_double_backward_autograd);
}

}  // namespace
}  // namespace centigan
