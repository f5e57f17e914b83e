#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>
#include <torch/library.h>

#include <algorithm>

#include "centigan/nn/ops.h"
#include "upfirdn2d/upfirdn2d_backward.h"
#include "upfirdn2d/upfirdn2d_options.h"

namespace centigan {
namespace {

using at::IntArrayRef, at::Tensor, c10::SymInt;
using OptionalTensor = std::optional<Tensor>;

constexpr const char* kUpfirdn2dSchema =
    "upfirdn2d(Tensor x, Tensor? f=None, int[2] up=1, int[2] down=1, int[4] padding=0, bool flip_filter=False, "
    "float gain=1.0) -> Tensor";
constexpr const char* kUpfirdn2dBackwardSchema =
    "upfirdn2d_backward(Tensor grad, Tensor? f, SymInt height, SymInt width, int[2] up, int[2] down, int[4] padding, "
    "bool flip_filter, float gain) -> Tensor";

Tensor upfirdn2d_meta(const Tensor& x, const OptionalTensor& f, IntArrayRef up, IntArrayRef down, IntArrayRef padding,
                      bool, double) {
  return empty_upfirdn2d(x, f, upfirdn_options(up, down, padding));
}

Tensor upfirdn2d_backward_meta(const Tensor& grad, const OptionalTensor&, SymInt height, SymInt width, IntArrayRef,
                               IntArrayRef, IntArrayRef, bool, double) {
  return empty_upfirdn2d_backward(grad, height, width);
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def(kUpfirdn2dSchema, {at::Tag::pt2_compliant_tag});
  m.def(kUpfirdn2dBackwardSchema, {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(centigan, Meta, m) {
  m.impl("upfirdn2d", upfirdn2d_meta);
  m.impl("upfirdn2d_backward", upfirdn2d_backward_meta);
}

}  // namespace

void check_upfirdn2d(const Tensor& x, const OptionalTensor& f, const UpfirdnOptions& o) {
  TORCH_CHECK(x.dim() == 4, "upfirdn2d: x must be [N,C,H,W], got ", x.dim(), " dimensions");
  TORCH_CHECK(x.is_floating_point(), "upfirdn2d: x must be floating point, got ", x.scalar_type());
  TORCH_CHECK(!f || ((f->dim() == 1 || f->dim() == 2) && static_size(*f, 0) > 0 && static_size(*f, -1) > 0),
              "upfirdn2d: f must be [fh,fw] or [n] and not empty");
  TORCH_CHECK(std::min({o.up_x, o.up_y, o.down_x, o.down_y}) >= 1, "upfirdn2d: up and down must be 1 or more");
  const int64_t fw = filter_width(f), fh = filter_height(f);
  TORCH_CHECK(x.sym_size(3) > 0 && x.sym_size(3) * o.up_x + o.x0 + o.x1 >= fw && x.sym_size(2) > 0 &&
                  x.sym_size(2) * o.up_y + o.y0 + o.y1 >= fh,
              "upfirdn2d: the padded picture (", x.sym_size(2) * o.up_y + o.y0 + o.y1, " x ",
              x.sym_size(3) * o.up_x + o.x0 + o.x1, ") is smaller than the filter (", fh, " x ", fw, ")");
}

Tensor empty_upfirdn2d(const Tensor& x, const OptionalTensor& f, const UpfirdnOptions& o) {
  check_upfirdn2d(x, f, o);
  const SymInt h = (x.sym_size(2) * o.up_y + o.y0 + o.y1 - filter_height(f)) / o.down_y + 1;
  const SymInt w = (x.sym_size(3) * o.up_x + o.x0 + o.x1 - filter_width(f)) / o.down_x + 1;
  return empty_upfirdn2d_backward(x, h, w);
}

Tensor empty_upfirdn2d_backward(const Tensor& grad, const SymInt& height, const SymInt& width) {
  return at::empty_symint({grad.sym_size(0), grad.sym_size(1), height, width}, grad.options(),
                          grad.suggest_memory_format());
}

Tensor call_upfirdn2d(const Tensor& x, const OptionalTensor& f, IntArrayRef up, IntArrayRef down, IntArrayRef padding,
                      bool flip_filter, double gain) {
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("centigan::upfirdn2d", "").typed<decltype(upfirdn2d_meta)>();
  return op.call(x, f, up, down, padding, flip_filter, gain);
}

Tensor call_upfirdn2d_backward(const Tensor& grad, const OptionalTensor& f, const SymInt& height, const SymInt& width,
                               IntArrayRef up, IntArrayRef down, IntArrayRef padding, bool flip_filter, double gain) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::upfirdn2d_backward", "")
                             .typed<decltype(upfirdn2d_backward_meta)>();
  return op.call(grad, f, height, width, up, down, padding, flip_filter, gain);
}

Tensor upfirdn2d(const Tensor& x, const OptionalTensor& f, std::array<int64_t, 2> up, std::array<int64_t, 2> down,
                 std::array<int64_t, 4> padding, bool flip_filter, double gain) {
  return call_upfirdn2d(x, f, IntArrayRef(up), IntArrayRef(down), IntArrayRef(padding), flip_filter, gain);
}

}  // namespace centigan
