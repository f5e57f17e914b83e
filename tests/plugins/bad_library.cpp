// A library that misbehaves while it is loaded, as the variable CENTIGAN_TEST_PLUGIN says.
#include <ATen/ATen.h>
#include <torch/library.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>

namespace {

using at::Tensor;

Tensor same(const Tensor& x, const Tensor&) {
  return x.clone();
}

std::string kind() {
  const char* text = std::getenv("CENTIGAN_TEST_PLUGIN");
  return text ? text : "";
}

struct Misbehaves {
  Misbehaves() {
    if (kind() == "throws") throw std::runtime_error("no licence found");
    if (kind() == "aborts") std::abort();
    if (kind() == "crashes") ::raise(SIGSEGV);
    if (kind() == "exits") std::exit(3);
    while (kind() == "hangs") ::sleep(1);
  }
} misbehaves;

}  // namespace

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  if (kind() == "redefines") m.def("diffaug(Tensor x, Tensor u, str policy) -> Tensor");
  if (kind() == "adds") m.def("posterize(Tensor x, Tensor u) -> Tensor", same);
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  if (kind() == "replaces") m.impl("brightness", same);
}

TORCH_LIBRARY_FRAGMENT(acme, m) {
  if (kind() == "twice") m.def("swirl(Tensor x, Tensor u) -> Tensor");
  if (kind() == "helpers") m.def("_part(Tensor x, Tensor u) -> Tensor", same);
}

TORCH_LIBRARY_IMPL(acme, CPU, m) {
  if (kind() == "replaces acme") m.impl("swirl", same);
}
