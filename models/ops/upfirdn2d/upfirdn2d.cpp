#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <algorithm>

#include "centigan/nn/ops.h"
#include "common/static_size.h"

namespace centigan {
namespace {

using at::Tensor;
constexpr const char* kUpfirdn2dSchema =
    "upfirdn2d(Tensor x, Tensor? f=None, int[2] up=1, int[2] down=1, int[4] padding=0, bool flip_filter=False, "
    "float gain=1.0) -> Tensor";

struct UpfirdnAxes {
  int64_t up_x, up_y, down_x, down_y, x0, x1, y0, y1;
};

// One pass with a 2-D filter that is meant as a true convolution kernel, gain included. Up-sampling is a transposed
// convolution, so no zeros are ever stored; the frame of the full result that nobody asked for is never computed where
// it is symmetric.
Tensor resample_by_transposed_convolution(const Tensor& x, const Tensor& f, const UpfirdnAxes& a) {
  const int64_t fh = static_size(f, 2), fw = static_size(f, 3);
  const int64_t left = fw - 1 - a.x0, right = fw - a.up_x - a.x1;
  const int64_t top = fh - 1 - a.y0, bottom = fh - a.up_y - a.y1;
  // At most (f - 1) / 2, which leaves a picture of at least one pixel; the rest is cropped behind.
  const int64_t crop_x = std::clamp<int64_t>(std::min(left, right), 0, (fw - 1) / 2);
  const int64_t crop_y = std::clamp<int64_t>(std::min(top, bottom), 0, (fh - 1) / 2);
  const std::array<c10::SymInt, 2> stride = {a.up_y, a.up_x}, crop = {crop_y, crop_x}, none = {0, 0};
  Tensor y = at::conv_transpose2d_symint(x, f, {}, stride, crop, none, x.sym_size(1));
  const std::array<int64_t, 4> pad = {crop_x - left, crop_x - right, crop_y - top, crop_y - bottom};
  if (pad != std::array<int64_t, 4>{}) y = at::constant_pad_nd(y, pad);
  if (a.down_x == 1 && a.down_y == 1) return y;
  return y.slice(2, 0, std::nullopt, a.down_y)
      .slice(3, 0, std::nullopt, a.down_x)
      .contiguous(x.suggest_memory_format());
}

Tensor resample_by_convolution(const Tensor& x, const Tensor& f, const UpfirdnAxes& a) {
  const bool symmetric = a.x0 == a.x1 && a.y0 == a.y1 && a.x0 >= 0 && a.y0 >= 0;
  const Tensor padded = symmetric ? x : at::constant_pad_nd(x, {a.x0, a.x1, a.y0, a.y1});
  const std::array<c10::SymInt, 2> stride = {a.down_y, a.down_x}, dilation = {1, 1};
  const std::array<c10::SymInt, 2> padding = {symmetric ? a.y0 : 0, symmetric ? a.x0 : 0};
  return at::conv2d_symint(padded, f.flip({2, 3}), {}, stride, padding, dilation, x.sym_size(1));
}

// f [fh,fw]; every channel is filtered alike.
Tensor upfirdn_pass(const Tensor& x, const Tensor& f, const UpfirdnAxes& a) {
  const c10::SymInt channels = x.sym_size(1);
  const Tensor kernel = f.unsqueeze(0).unsqueeze(0).expand_symint({channels, 1, f.sym_size(0), f.sym_size(1)});
  return a.up_x > 1 || a.up_y > 1 ? resample_by_transposed_convolution(x, kernel, a)
                                  : resample_by_convolution(x, kernel, a);
}

void check_upfirdn2d(const Tensor& x, const Tensor& f, const UpfirdnAxes& a) {
  TORCH_CHECK(x.dim() == 4, "upfirdn2d: x must be [N,C,H,W], got ", x.dim(), " dimensions");
  TORCH_CHECK(x.is_floating_point(), "upfirdn2d: x must be floating point, got ", x.scalar_type());
  TORCH_CHECK((f.dim() == 1 || f.dim() == 2) && static_size(f, 0) > 0 && static_size(f, -1) > 0,
              "upfirdn2d: f must be [fh,fw] or [n] and not empty");
  TORCH_CHECK(std::min({a.up_x, a.up_y, a.down_x, a.down_y}) >= 1, "upfirdn2d: up and down must be 1 or more");
  const int64_t fw = static_size(f, -1), fh = static_size(f, 0);
  TORCH_CHECK(x.sym_size(3) > 0 && x.sym_size(3) * a.up_x + a.x0 + a.x1 >= fw && x.sym_size(2) > 0 &&
                  x.sym_size(2) * a.up_y + a.y0 + a.y1 >= fh,
              "upfirdn2d: the padded picture (", x.sym_size(2) * a.up_y + a.y0 + a.y1, " x ",
              x.sym_size(3) * a.up_x + a.x0 + a.x1, ") is smaller than the filter (", fh, " x ", fw, ")");
}

Tensor upfirdn2d_composite(const Tensor& x, const std::optional<Tensor>& f, at::IntArrayRef up, at::IntArrayRef down,
                           at::IntArrayRef padding, bool flip_filter, double gain) {
  const UpfirdnAxes a{up[0], up[1], down[0], down[1], padding[0], padding[1], padding[2], padding[3]};
  Tensor filter = f ? f->detach() : at::ones({1, 1}, x.options().dtype(at::kFloat));
  check_upfirdn2d(x, filter, a);
  if (flip_filter) filter = filter.dim() == 1 ? filter.flip(0) : filter.flip({0, 1});
  const Tensor scaled = (filter.to(at::kDouble) * gain).to(x.scalar_type());
  if (filter.dim() == 2) return upfirdn_pass(x, scaled, a);
  const Tensor rows =
      upfirdn_pass(x, filter.to(x.scalar_type()).unsqueeze(0), {a.up_x, 1, a.down_x, 1, a.x0, a.x1, 0, 0});
  return upfirdn_pass(rows, scaled.unsqueeze(1), {1, a.up_y, 1, a.down_y, 0, 0, a.y0, a.y1});
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def(kUpfirdn2dSchema, {at::Tag::pt2_compliant_tag});
  m.impl("upfirdn2d", c10::DispatchKey::CompositeImplicitAutograd, upfirdn2d_composite);
}

}  // namespace

Tensor upfirdn2d(const Tensor& x, const std::optional<Tensor>& f, std::array<int64_t, 2> up,
                 std::array<int64_t, 2> down, std::array<int64_t, 4> padding, bool flip_filter, double gain) {
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("centigan::upfirdn2d", "").typed<decltype(upfirdn2d_composite)>();
  return op.call(x, f, up, down, padding, flip_filter, gain);
}

}  // namespace centigan
