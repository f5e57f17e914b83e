// What third parties could have registered: good steps, and every way of being none.
#include <ATen/ATen.h>
#include <torch/library.h>

namespace {

using at::Tensor;

Tensor swirl(const Tensor& x, const Tensor& u) {
  return x * (1 + u.select(1, 0).to(x.scalar_type()).view({-1, 1, 1, 1}));
}

// By value, as plugins may declare it.
Tensor twist(Tensor x, Tensor u) {
  return x + (u.select(1, 0) - u.select(1, 1)).to(x.scalar_type()).view({-1, 1, 1, 1});
}

TORCH_LIBRARY_FRAGMENT(acme, m) {
  m.def("swirl(Tensor x, Tensor u) -> Tensor", swirl);
  m.def("twist(Tensor x, Tensor u) -> Tensor", twist);
  m.def("twist_draws() -> int", [] { return int64_t{2}; });
  m.def("half(Tensor x, Tensor u) -> Tensor", [](const Tensor& x, const Tensor&) { return x.to(at::kHalf); });
  m.def("crop(Tensor x, Tensor u) -> Tensor", [](const Tensor& x, const Tensor&) { return x.slice(3, 1); });
  m.def("away(Tensor x, Tensor u) -> Tensor", [](const Tensor& x, const Tensor&) { return x.to(at::kMeta); });
  m.def("throws(Tensor x, Tensor u) -> Tensor", [](const Tensor& x, const Tensor&) -> Tensor {
    TORCH_CHECK(false, "the spoon does not exist");
    return x;
  });
  m.def("lonely(Tensor x) -> Tensor", [](const Tensor& x) { return x.clone(); });
  m.def("greedy(Tensor x, Tensor u) -> Tensor", swirl);
  m.def("greedy_draws() -> int", [] { return int64_t{-3}; });
}

}  // namespace
