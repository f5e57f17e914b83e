// The options of upfirdn2d by axis, checks and sizes. Works on symbolic sizes.
#pragma once
#include <ATen/core/Tensor.h>

#include "common/static_size.h"

#pragma GCC visibility push(default)

namespace centigan {

struct UpfirdnOptions {
  int64_t up_x, up_y, down_x, down_y, x0, x1, y0, y1;
};

inline UpfirdnOptions upfirdn_options(at::IntArrayRef up, at::IntArrayRef down, at::IntArrayRef padding) {
  return {up[0], up[1], down[0], down[1], padding[0], padding[1], padding[2], padding[3]};
}

inline int64_t filter_width(const std::optional<at::Tensor>& f) {
  return f ? static_size(*f, -1) : 1;
}
inline int64_t filter_height(const std::optional<at::Tensor>& f) {
  return f ? static_size(*f, 0) : 1;
}

void check_upfirdn2d(const at::Tensor& x, const std::optional<at::Tensor>& f, const UpfirdnOptions& o);

// The result without values, in the layout of x: of the operator for x, of its backward for the gradient and the size
// of x.
at::Tensor empty_upfirdn2d(const at::Tensor& x, const std::optional<at::Tensor>& f, const UpfirdnOptions& o);
at::Tensor empty_upfirdn2d_backward(const at::Tensor& grad, const c10::SymInt& height, const c10::SymInt& width);

// The backward pass as a forward pass: padding of the transposed call (x0, x1, y0, y1).
std::array<int64_t, 4> transposed_padding(const at::Tensor& grad, const std::optional<at::Tensor>& f, int64_t height,
                                          int64_t width, const UpfirdnOptions& o);

// From plain ATen calls: what tests compare with, and what runs where there is no kernel.
at::Tensor upfirdn2d_ref(const at::Tensor& x, const std::optional<at::Tensor>& f, at::IntArrayRef up,
                         at::IntArrayRef down, at::IntArrayRef padding, bool flip_filter, double gain);

}  // namespace centigan

#pragma GCC visibility pop
