// Operators that break what a policy step must keep, one promise each, for tests of `centigan plugins check`.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>
#include <unistd.h>

#include <csignal>

namespace {

using at::Tensor;
using Context = torch::autograd::AutogradContext;
using Tensors = torch::autograd::variable_list;

int64_t calls = 0;

// As a kernel that reads and writes plain memory.
Tensor no_gradient(const Tensor& x, const Tensor&) {
  at::AutoDispatchBelowADInplaceOrView below;
  return x * 2;
}

// The backward pass computes outside of the graph: R1 would silently be zero.
struct Once : torch::autograd::Function<Once> {
  static Tensor forward(Context* context, const Tensor& x, const Tensor&) {
    context->save_for_backward({x});
    return x.square();
  }
  static Tensors backward(Context* context, const Tensors& gradients) {
    return {(2 * context->get_saved_variables()[0] * gradients[0]).detach(), Tensor()};
  }
};

struct WrongGradient : torch::autograd::Function<WrongGradient> {
  static Tensor forward(Context*, const Tensor& x, const Tensor&) { return x * 2; }
  static Tensors backward(Context*, const Tensors& gradients) { return {gradients[0] * 3, Tensor()}; }
};

Tensor writes(const Tensor& x, const Tensor&) {
  x.detach().mul_(2);
  return x * 1;
}

Tensor crashes(const Tensor& x, const Tensor&) {
  if (x.size(0) == 0) ::raise(SIGSEGV);
  return x * 2;
}

Tensor hangs(const Tensor& x, const Tensor&) {
  while (x.size(0) == 0) ::sleep(1);
  return x * 2;
}

Tensor counts(const Tensor& x, const Tensor&) {
  return x + static_cast<double>(++calls);
}

Tensor mixes_pictures(const Tensor& x, const Tensor&) {
  return x - x.mean(at::IntArrayRef{0}, true);
}

// Reads plain memory whatever the strides.
Tensor ignores_strides(const Tensor& x, const Tensor&) {
  return x.as_strided(x.sizes(), at::empty(x.sizes(), at::kMeta).strides()) * 1;
}

Tensor reads_first_columns(const Tensor& x, const Tensor& u) {
  return x * u.as_strided({u.size(0)}, {1}).view({-1, 1, 1, 1});
}

Tensor widens(const Tensor& x, const Tensor&) {
  return x.to(at::kDouble);
}

Tensor only_float(const Tensor& x, const Tensor&) {
  TORCH_CHECK(x.scalar_type() == at::kFloat, "only float32");
  return x * 2;
}

}  // namespace

TORCH_LIBRARY(bad, m) {
  m.def("no_gradient(Tensor x, Tensor u) -> Tensor");
  m.def("once(Tensor x, Tensor u) -> Tensor", [](const Tensor& x, const Tensor& u) { return Once::apply(x, u); });
  m.def("wrong_gradient(Tensor x, Tensor u) -> Tensor",
        [](const Tensor& x, const Tensor& u) { return WrongGradient::apply(x, u); });
  m.def("writes(Tensor x, Tensor u) -> Tensor", writes);
  m.def("aliases(Tensor x, Tensor u) -> Tensor", [](const Tensor& x, const Tensor&) { return x.view(x.sizes()); });
  m.def("crashes(Tensor x, Tensor u) -> Tensor", crashes);
  m.def("hangs(Tensor x, Tensor u) -> Tensor", hangs);
  m.def("counts(Tensor x, Tensor u) -> Tensor", counts);
  m.def("mixes_pictures(Tensor x, Tensor u) -> Tensor", mixes_pictures);
  m.def("ignores_strides(Tensor x, Tensor u) -> Tensor", ignores_strides);
  m.def("reads_first_columns(Tensor x, Tensor u) -> Tensor", reads_first_columns);
  m.def("widens(Tensor x, Tensor u) -> Tensor", widens);
  m.def("only_float(Tensor x, Tensor u) -> Tensor", only_float);
  m.def("schema(Tensor x, Tensor u, float strength=1) -> Tensor",
        [](const Tensor& x, const Tensor&, double) { return x * 2; });
  m.def("draws(Tensor x, Tensor u) -> Tensor", [](const Tensor& x, const Tensor&) { return x * 2; });
  m.def("draws_draws() -> int", [] { return int64_t{-1}; });
}

TORCH_LIBRARY_IMPL(bad, CPU, m) {
  m.impl("no_gradient", no_gradient);
}
