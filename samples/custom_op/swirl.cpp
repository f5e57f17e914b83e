// acme::swirl(Tensor x, Tensor u) -> Tensor, an augmentation step of your own: schema, CPU and Meta kernels, and a
// gradient that has a gradient of its own. x [N,C,H,W], u [N,2] uniform in [0,1).
#include "swirl.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

namespace {

using at::Tensor;

void check(const Tensor& x, const Tensor& u) {
  TORCH_CHECK(x.dim() == 4 && x.is_floating_point(), "swirl: x must be floating point [N,C,H,W]");
  TORCH_CHECK(u.dim() == 2 && u.sym_size(0) == x.sym_size(0) && u.sym_size(1) == 2, "swirl: u must be [N,2]");
}

// Shape and type alone: what torch.compile asks for.
Tensor meta(const Tensor& x, const Tensor& u) {
  check(x, u);
  return at::empty_symint(x.sym_sizes(), x.options());
}

template <class T>
void swirl_planes(const Tensor& x, const Tensor& draws, Tensor& y, bool adjoint) {
  const int64_t c = x.size(1), h = x.size(2), w = x.size(3), size = h * w;
  const auto drawn = draws.accessor<double, 2>();
  const T* from = x.const_data_ptr<T>();
  T* to = y.mutable_data_ptr<T>();
  at::parallel_for(0, x.size(0) * c, 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const acme::Swirl swirl(h, w, drawn[plane / c][0], drawn[plane / c][1]);
      acme::swirl_plane(swirl, from + plane * size, to + plane * size, adjoint);
    }
  });
}

// Half types are widened to float, any strides made plain. The result is contiguous.
template <bool adjoint>
Tensor cpu(const Tensor& x, const Tensor& u) {
  check(x, u);
  const bool wide = x.scalar_type() == at::kDouble;
  const Tensor plain = x.to(wide ? at::kDouble : at::kFloat).contiguous(), draws = u.to(at::kDouble);
  Tensor y = at::zeros(plain.sizes(), plain.options());
  wide ? swirl_planes<double>(plain, draws, y, adjoint) : swirl_planes<float>(plain, draws, y, adjoint);
  return y.to(x.scalar_type());
}

// Through the dispatcher, so that gradients, devices and Meta are found.
template <bool adjoint>
Tensor call(const Tensor& x, const Tensor& u) {
  const char* const name = adjoint ? "acme::swirl_backward" : "acme::swirl";
  static const auto op = c10::Dispatcher::singleton().findSchemaOrThrow(name, "");
  return op.typed<Tensor(const Tensor&, const Tensor&)>().call(x, u);
}

// swirl is linear in x: its gradient is the adjoint, and the adjoint's gradient is swirl, to any order.
template <bool adjoint>
struct SwirlFunction : torch::autograd::Function<SwirlFunction<adjoint>> {
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& x, const Tensor& u) {
    context->save_for_backward({u});
    at::AutoDispatchBelowADInplaceOrView below;
    return call<adjoint>(x, u);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    return {call<!adjoint>(gradients[0], context->get_saved_variables()[0]), Tensor()};
  }
};

template <bool adjoint>
Tensor autograd(const Tensor& x, const Tensor& u) {
  return SwirlFunction<adjoint>::apply(x, u);
}

}  // namespace

TORCH_LIBRARY(acme, m) {
  m.def("swirl(Tensor x, Tensor u) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.def("swirl_backward(Tensor x, Tensor u) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.def("swirl_draws() -> int", [] { return int64_t{2}; });
}

TORCH_LIBRARY_IMPL(acme, CPU, m) {
  m.impl("swirl", cpu<false>);
  m.impl("swirl_backward", cpu<true>);
}

TORCH_LIBRARY_IMPL(acme, Meta, m) {
  for (const char* name : {"swirl", "swirl_backward"}) m.impl(name, meta);
}

TORCH_LIBRARY_IMPL(acme, Autograd, m) {
  m.impl("swirl", autograd<false>);
  m.impl("swirl_backward", autograd<true>);
}
