#include "conv2d/convolution.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

namespace centigan {
namespace {

using at::IntArrayRef, at::Tensor, c10::SymInt;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr const char* kConvolutionSchemas[] = {
    "convolution(Tensor x, Tensor weight, int[2] stride, int[2] padding, bool transposed) -> Tensor",
    "convolution_input(Tensor grad, Tensor weight, SymInt height, SymInt width, int[2] stride, int[2] padding, "
    "bool transposed) -> Tensor",
    "convolution_weight(Tensor grad, Tensor x, SymInt height, SymInt width, int[2] stride, int[2] padding, "
    "bool transposed) -> Tensor"};

std::vector<SymInt> symbolic(IntArrayRef values) {
  return {values.begin(), values.end()};
}

// A 1x1 convolution does not care which pixels make a picture. With rows as pictures LibTorch takes oneDNN for small
// batches, too, instead of its slow path. x [N,C,H,W] channels-last -> [N H,C,1,W] of the same memory.
bool is_pointwise(const Tensor& x, const SymInt& kh, const SymInt& kw, IntArrayRef stride, IntArrayRef padding) {
  return x.is_cpu() && !x.unsafeGetTensorImpl()->has_symbolic_sizes_strides() && kh == 1 && kw == 1 && x.numel() > 0 &&
         stride == IntArrayRef({1, 1}) && padding == IntArrayRef({0, 0}) &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast);
}
Tensor rows_as_pictures(const Tensor& x) {
  const Tensor rows = x.permute({0, 2, 3, 1}).contiguous();
  return rows.view({x.size(0) * x.size(2), 1, x.size(3), x.size(1)}).permute({0, 3, 1, 2});
}
Tensor pictures_of_rows(const Tensor& rows, int64_t height) {
  const Tensor y = rows.permute({0, 2, 3, 1}).contiguous();
  return y.view({rows.size(0) / height, height, rows.size(3), rows.size(1)}).permute({0, 3, 1, 2});
}

Tensor convolution_forward(const Tensor& x, const Tensor& weight, IntArrayRef stride, IntArrayRef padding,
                           bool transposed) {
  const bool pointwise = is_pointwise(x, weight.sym_size(2), weight.sym_size(3), stride, padding);
  const Tensor y = at::convolution_symint(pointwise ? rows_as_pictures(x) : x, weight, {}, symbolic(stride),
                                          symbolic(padding), symbolic({1, 1}), transposed, symbolic({0, 0}), 1);
  return pointwise ? pictures_of_rows(y, x.size(2)) : y;
}

std::tuple<Tensor, Tensor, Tensor> gradient(const Tensor& grad, const Tensor& x, const Tensor& weight,
                                            IntArrayRef stride, IntArrayRef padding, bool transposed,
                                            std::array<bool, 3> mask) {
  return at::convolution_backward_symint(grad, x, weight, std::nullopt, symbolic(stride), symbolic(padding),
                                         symbolic({1, 1}), transposed, symbolic({0, 0}), 1, mask);
}

// Only the shape of x matters for its gradient, and only that of the weight for its own.
Tensor convolution_input_gradient(const Tensor& grad_in, const Tensor& weight, SymInt height, SymInt width,
                                  IntArrayRef stride, IntArrayRef padding, bool transposed) {
  const bool pointwise = is_pointwise(grad_in, weight.sym_size(2), weight.sym_size(3), stride, padding);
  const Tensor grad = pointwise ? rows_as_pictures(grad_in) : grad_in;
  const Tensor x =
      at::empty_symint({grad.sym_size(0), weight.sym_size(transposed ? 0 : 1), pointwise ? SymInt(1) : height, width},
                       grad.options(), grad_in.suggest_memory_format());
  const Tensor dx = std::get<0>(gradient(grad, x, weight, stride, padding, transposed, {true, false, false}));
  return pointwise ? pictures_of_rows(dx, grad_in.size(2)) : dx;
}

Tensor convolution_weight_gradient(const Tensor& grad, const Tensor& x, SymInt height, SymInt width, IntArrayRef stride,
                                   IntArrayRef padding, bool transposed) {
  const SymInt in = x.sym_size(1), out = grad.sym_size(1);
  const Tensor weight = at::empty_symint({transposed ? in : out, transposed ? out : in, height, width}, grad.options());
  const bool pointwise =
      is_pointwise(grad, height, width, stride, padding) && is_pointwise(x, height, width, stride, padding);
  return std::get<1>(gradient(pointwise ? rows_as_pictures(grad) : grad, pointwise ? rows_as_pictures(x) : x, weight,
                              stride, padding, transposed, {false, true, false}));
}

template <class Signature>
auto convolution_operator(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

Tensor call_convolution(const Tensor& x, const Tensor& weight, IntArrayRef stride, IntArrayRef padding,
                        bool transposed) {
  static const auto op = convolution_operator<decltype(convolution_forward)>("centigan::convolution");
  return op.call(x, weight, stride, padding, transposed);
}
Tensor call_convolution_input(const Tensor& grad, const Tensor& weight, const SymInt& height, const SymInt& width,
                              IntArrayRef stride, IntArrayRef padding, bool transposed) {
  static const auto op = convolution_operator<decltype(convolution_input_gradient)>("centigan::convolution_input");
  return op.call(grad, weight, height, width, stride, padding, transposed);
}
Tensor call_convolution_weight(const Tensor& grad, const Tensor& x, const SymInt& height, const SymInt& width,
                               IntArrayRef stride, IntArrayRef padding, bool transposed) {
  static const auto op = convolution_operator<decltype(convolution_weight_gradient)>("centigan::convolution_weight");
  return op.call(grad, x, height, width, stride, padding, transposed);
}

struct KeptConvolution {
  Tensor a, b;
  std::vector<int64_t> stride, padding;
  bool transposed;
};

void keep(AutogradContext* ctx, const Tensor& a, const Tensor& b, IntArrayRef stride, IntArrayRef padding,
          bool transposed) {
  ctx->save_for_backward({a, b});
  ctx->saved_data["stride"] = stride, ctx->saved_data["padding"] = padding, ctx->saved_data["transposed"] = transposed;
}
KeptConvolution kept(AutogradContext* ctx) {
  const variable_list saved = ctx->get_saved_variables();
  auto& data = ctx->saved_data;
  return {saved[0], saved[1], data["stride"].toIntVector(), data["padding"].toIntVector(), data["transposed"].toBool()};
}

struct Convolution : torch::autograd::Function<Convolution> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& weight, IntArrayRef stride,
                        IntArrayRef padding, bool transposed) {
    keep(ctx, x, weight, stride, padding, transposed);
    at::AutoDispatchBelowADInplaceOrView below;
    return call_convolution(x, weight, stride, padding, transposed);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const auto [x, weight, stride, padding, transposed] = kept(ctx);
    variable_list result(5);
    const Tensor grad = grads[0].contiguous(x.suggest_memory_format());
    if (ctx->needs_input_grad(0))
      result[0] = call_convolution_input(grad, weight, x.sym_size(2), x.sym_size(3), stride, padding, transposed);
    if (ctx->needs_input_grad(1))
      result[1] = call_convolution_weight(grad, x, weight.sym_size(2), weight.sym_size(3), stride, padding, transposed);
    return result;
  }
};

struct ConvolutionInput : torch::autograd::Function<ConvolutionInput> {
  static Tensor forward(AutogradContext* ctx, const Tensor& grad, const Tensor& weight, const SymInt& height,
                        const SymInt& width, IntArrayRef stride, IntArrayRef padding, bool transposed) {
    keep(ctx, grad, weight, stride, padding, transposed);
    at::AutoDispatchBelowADInplaceOrView below;
    return call_convolution_input(grad, weight, height, width, stride, padding, transposed);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {  // as if grads[0] had been x
    const auto [grad, weight, stride, padding, transposed] = kept(ctx);
    variable_list result(7);
    if (ctx->needs_input_grad(0)) result[0] = call_convolution(grads[0], weight, stride, padding, transposed);
    if (ctx->needs_input_grad(1))
      result[1] =
          call_convolution_weight(grad, grads[0], weight.sym_size(2), weight.sym_size(3), stride, padding, transposed);
    return result;
  }
};

struct ConvolutionWeight : torch::autograd::Function<ConvolutionWeight> {
  static Tensor forward(AutogradContext* ctx, const Tensor& grad, const Tensor& x, const SymInt& height,
                        const SymInt& width, IntArrayRef stride, IntArrayRef padding, bool transposed) {
    keep(ctx, grad, x, stride, padding, transposed);
    at::AutoDispatchBelowADInplaceOrView below;
    return call_convolution_weight(grad, x, height, width, stride, padding, transposed);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {  // as if grads[0] had been the weight
    const auto [grad, x, stride, padding, transposed] = kept(ctx);
    variable_list result(7);
    if (ctx->needs_input_grad(0)) result[0] = call_convolution(x, grads[0], stride, padding, transposed);
    if (ctx->needs_input_grad(1))
      result[1] = call_convolution_input(grad, grads[0], x.sym_size(2), x.sym_size(3), stride, padding, transposed);
    return result;
  }
};

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  for (const char* schema : kConvolutionSchemas) m.def(schema, {at::Tag::pt2_compliant_tag});
  m.impl("convolution", c10::DispatchKey::CompositeExplicitAutograd, convolution_forward);
  m.impl("convolution_input", c10::DispatchKey::CompositeExplicitAutograd, convolution_input_gradient);
  m.impl("convolution_weight", c10::DispatchKey::CompositeExplicitAutograd, convolution_weight_gradient);
}

TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("convolution", [](const Tensor& x, const Tensor& weight, IntArrayRef stride, IntArrayRef padding,
                           bool transposed) { return Convolution::apply(x, weight, stride, padding, transposed); });
  m.impl("convolution_input", [](const Tensor& grad, const Tensor& weight, SymInt height, SymInt width,
                                 IntArrayRef stride, IntArrayRef padding, bool transposed) {
    return ConvolutionInput::apply(grad, weight, height, width, stride, padding, transposed);
  });
  m.impl("convolution_weight",
         [](const Tensor& grad, const Tensor& x, SymInt height, SymInt width, IntArrayRef stride, IntArrayRef padding,
            bool transposed) { return ConvolutionWeight::apply(grad, x, height, width, stride, padding, transposed); });
}

}  // namespace

Tensor convolution(const Tensor& x, const Tensor& weight, const ConvolutionShape& s) {
  return call_convolution(x, weight, {s.stride_y, s.stride_x}, {s.padding_y, s.padding_x}, s.transposed);
}

}  // namespace centigan
