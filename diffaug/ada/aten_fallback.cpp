// Devices without a kernel of their own take the ATen references.
#include <ATen/ATen.h>
#include <torch/library.h>

#include "ada/checks.h"
#include "ada/reference.h"
#include "ada_color/ada_color_checks.h"
#include "ada_cutout/ada_cutout_checks.h"
#include "ada_noise/ada_noise_checks.h"

namespace centigan {
namespace {

using at::Tensor;

template <auto Reference>
Tensor checked_reference(const char* op, const Tensor& x, const char* name, const Tensor& value,
                         const std::vector<int64_t>& sizes) {
  check_ada_pictures(op, x);
  check_ada_parameter(op, x, name, value, sizes);
  return Reference(x, value).contiguous(x.suggest_memory_format());
}

TORCH_LIBRARY_IMPL(centigan, CompositeExplicitAutograd, m) {
  m.impl("ada_geometry", [](const Tensor& x, const Tensor& g_inv) {
    return checked_reference<ada_geometry_ref>("ada_geometry", x, "g_inv", g_inv, {3, 3});
  });
  m.impl("ada_geometry_backward", [](const Tensor& grad, const Tensor& g_inv) {
    return checked_reference<ada_geometry_backward_ref>("ada_geometry_backward", grad, "g_inv", g_inv, {3, 3});
  });
  m.impl("ada_color", [](const Tensor& x, const Tensor& c) {
    check_ada_color(x, c);
    return ada_color_ref(x, c).contiguous(x.suggest_memory_format());
  });
  m.impl("ada_filter", [](const Tensor& x, const Tensor& gains) {
    return checked_reference<ada_filter_ref>("ada_filter", x, "gains", gains, {4});
  });
  m.impl("ada_filter_backward", [](const Tensor& grad, const Tensor& gains) {
    return checked_reference<ada_filter_backward_ref>("ada_filter_backward", grad, "gains", gains, {4});
  });
  m.impl("ada_noise", [](const Tensor& x, const Tensor& noise, const Tensor& sigma) {
    check_ada_noise(x, noise, sigma);
    return ada_noise_ref(x, noise, sigma).contiguous(x.suggest_memory_format());
  });
  m.impl("ada_cutout", [](const Tensor& x, const Tensor& centre, const Tensor& size) {
    check_ada_cutout(x, centre, size);
    return ada_cutout_ref(x, centre, size).contiguous(x.suggest_memory_format());
  });
}

}  // namespace
}  // namespace centigan
