#include "channel_scale/channel_scale.h"

#include <ATen/ATen.h>
#include <ATen/OpMathType.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

namespace centigan {
namespace {

using at::Tensor;
using OptionalAddend = std::optional<Tensor>;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

Tensor channel_scale_meta(const Tensor& x, const Tensor&, const OptionalAddend&) {
  return at::empty_like(x, x.options(), x.suggest_memory_format());
}
Tensor channel_dot_meta(const Tensor& a, const Tensor&) {
  return at::empty_symint({a.sym_size(0), a.sym_size(1)}, a.options().dtype(at::toOpMathType(a.scalar_type())));
}
std::tuple<Tensor, Tensor> channel_scale_backward_meta(const Tensor& grad, const Tensor& x, const Tensor& s) {
  return {channel_scale_meta(grad, s, {}), channel_dot_meta(grad, x)};
}

// Where there is no kernel.
Tensor per_channel(const Tensor& s, const Tensor& x) {
  return s.to(x.scalar_type()).unsqueeze(2).unsqueeze(3);
}
Tensor channel_scale_aten(const Tensor& x, const Tensor& s, const OptionalAddend& added) {
  const Tensor y = x * per_channel(s, x);
  return (added ? y + added->to(x.scalar_type()) : y).contiguous(x.suggest_memory_format());
}
Tensor channel_dot_aten(const Tensor& a, const Tensor& b) {
  return (a * b).to(at::toOpMathType(a.scalar_type())).sum({2, 3});
}
std::tuple<Tensor, Tensor> channel_scale_backward_aten(const Tensor& grad, const Tensor& x, const Tensor& s) {
  return {channel_scale_aten(grad, s, {}), channel_dot_aten(grad, x)};
}

// Each of the two is what the other's gradients are made of, so gradients of any order follow. Only where no further
// order is asked for does the backward pass take the kernel that does both at once.
struct ChannelScale : torch::autograd::Function<ChannelScale> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& s, const OptionalAddend& added) {
    ctx->save_for_backward({x, s, added ? added->detach() : Tensor()});
    at::AutoDispatchBelowADInplaceOrView below;
    return channel_scale(x, s, added);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    const Tensor &x = saved[0], &s = saved[1], &added = saved[2];
    const Tensor grad = grads[0].contiguous(x.suggest_memory_format());
    const bool by_x = ctx->needs_input_grad(0), by_s = ctx->needs_input_grad(1);
    variable_list result(3);
    if (by_x && by_s && !at::GradMode::is_enabled()) {
      std::tie(result[0], result[1]) = channel_scale_backward(grad, x, s);
    } else {
      if (by_x) result[0] = channel_scale(grad, s);
      if (by_s) result[1] = channel_dot(grad, x);
    }
    if (by_s) result[1] = result[1].to(s.scalar_type());
    if (added.defined() && ctx->needs_input_grad(2))
      result[2] = at::sum_to(grad, added.sizes()).to(added.scalar_type());
    return result;
  }
};

struct ChannelDot : torch::autograd::Function<ChannelDot> {
  static Tensor forward(AutogradContext* ctx, const Tensor& a, const Tensor& b) {
    ctx->save_for_backward({a, b});
    at::AutoDispatchBelowADInplaceOrView below;
    return channel_dot(a, b);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    return {ctx->needs_input_grad(0) ? channel_scale(saved[1], grads[0]) : Tensor(),
            ctx->needs_input_grad(1) ? channel_scale(saved[0], grads[0]) : Tensor()};
  }
};

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("channel_scale(Tensor x, Tensor s, Tensor? added=None) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.def("channel_dot(Tensor a, Tensor b) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.def("channel_scale_backward(Tensor grad, Tensor x, Tensor s) -> (Tensor, Tensor)", {at::Tag::pt2_compliant_tag});
}
TORCH_LIBRARY_IMPL(centigan, Meta, m) {
  m.impl("channel_scale", channel_scale_meta);
  m.impl("channel_dot", channel_dot_meta);
  m.impl("channel_scale_backward", channel_scale_backward_meta);
}
TORCH_LIBRARY_IMPL(centigan, CompositeExplicitAutograd, m) {
  m.impl("channel_scale", channel_scale_aten);
  m.impl("channel_dot", channel_dot_aten);
  m.impl("channel_scale_backward", channel_scale_backward_aten);
}
TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("channel_scale", [](const Tensor& x, const Tensor& s, const OptionalAddend& added) {
    return ChannelScale::apply(x, s, added);
  });
  m.impl("channel_dot", [](const Tensor& a, const Tensor& b) { return ChannelDot::apply(a, b); });
  m.impl("channel_scale_backward", torch::autograd::autogradNotImplementedFallback());
}

}  // namespace

Tensor channel_scale(const Tensor& x, const Tensor& s, const OptionalAddend& added) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::channel_scale", "")
                             .typed<decltype(channel_scale_meta)>();
  return op.call(x, s, added);
}

Tensor channel_dot(const Tensor& a, const Tensor& b) {
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("centigan::channel_dot", "").typed<decltype(channel_dot_meta)>();
  return op.call(a, b);
}

std::tuple<Tensor, Tensor> channel_scale_backward(const Tensor& grad, const Tensor& x, const Tensor& s) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::channel_scale_backward", "")
                             .typed<decltype(channel_scale_backward_meta)>();
  return op.call(grad, x, s);
}

}  // namespace centigan
