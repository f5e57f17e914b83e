#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "upfirdn2d/upfirdn2d_backward.h"

// The operator is linear in x and its own adjoint with other options: each of the two is the gradient of the other, so
// gradients of any order follow. The filter has none.
namespace centigan {
namespace {

using at::IntArrayRef, at::Tensor, c10::SymInt;
using OptionalTensor = std::optional<Tensor>;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct UpfirdnCall {
  std::vector<int64_t> up, down, padding;
  bool flip_filter;
  double gain;
  OptionalTensor f;
};

void keep_call(AutogradContext* ctx, const OptionalTensor& f, IntArrayRef up, IntArrayRef down, IntArrayRef padding,
               bool flip_filter, double gain) {
  if (f) ctx->save_for_backward({f->detach()});
  ctx->saved_data["up"] = up, ctx->saved_data["down"] = down, ctx->saved_data["padding"] = padding;
  ctx->saved_data["flip_filter"] = flip_filter, ctx->saved_data["gain"] = gain;
}

UpfirdnCall kept_call(AutogradContext* ctx) {
  const variable_list saved = ctx->get_saved_variables();
  auto& data = ctx->saved_data;
  return {data["up"].toIntVector(),     data["down"].toIntVector(), data["padding"].toIntVector(),
          data["flip_filter"].toBool(), data["gain"].toDouble(),    saved.empty() ? OptionalTensor() : saved[0]};
}

struct Upfirdn2d : torch::autograd::Function<Upfirdn2d> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const OptionalTensor& f, IntArrayRef up,
                        IntArrayRef down, IntArrayRef padding, bool flip_filter, double gain) {
    keep_call(ctx, f, up, down, padding, flip_filter, gain);
    const Tensor y = [&] {
      at::AutoDispatchBelowADInplaceOrView below;
      return call_upfirdn2d(x, f, up, down, padding, flip_filter, gain);
    }();
    ctx->saved_data["height"] = x.sym_size(2), ctx->saved_data["width"] = x.sym_size(3);
    return y;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const UpfirdnCall c = kept_call(ctx);
    variable_list result(7);
    result[0] =
        call_upfirdn2d_backward(grads[0], c.f, ctx->saved_data["height"].toSymInt(),
                                ctx->saved_data["width"].toSymInt(), c.up, c.down, c.padding, c.flip_filter, c.gain);
    return result;
  }
};

struct Upfirdn2dBackward : torch::autograd::Function<Upfirdn2dBackward> {
  static Tensor forward(AutogradContext* ctx, const Tensor& grad, const OptionalTensor& f, const SymInt& height,
                        const SymInt& width, IntArrayRef up, IntArrayRef down, IntArrayRef padding, bool flip_filter,
                        double gain) {
    keep_call(ctx, f, up, down, padding, flip_filter, gain);
    at::AutoDispatchBelowADInplaceOrView below;
    return call_upfirdn2d_backward(grad, f, height, width, up, down, padding, flip_filter, gain);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const UpfirdnCall c = kept_call(ctx);
    variable_list result(9);
    result[0] = call_upfirdn2d(grads[0], c.f, c.up, c.down, c.padding, c.flip_filter, c.gain);
    return result;
  }
};

TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("upfirdn2d",
         [](const Tensor& x, const OptionalTensor& f, IntArrayRef up, IntArrayRef down, IntArrayRef padding,
            bool flip_filter, double gain) { return Upfirdn2d::apply(x, f, up, down, padding, flip_filter, gain); });
  m.impl("upfirdn2d_backward",
         [](const Tensor& grad, const OptionalTensor& f, SymInt height, SymInt width, IntArrayRef up, IntArrayRef down,
            IntArrayRef padding, bool flip_filter, double gain) {
           return Upfirdn2dBackward::apply(grad, f, height, width, up, down, padding, flip_filter, gain);
         });
}

}  // namespace
}  // namespace centigan
