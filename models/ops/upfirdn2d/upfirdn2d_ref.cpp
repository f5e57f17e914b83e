#include <ATen/ATen.h>

#include "upfirdn2d/upfirdn2d_options.h"

namespace centigan {

using at::Tensor;

// The definition, step by step: zeros behind each pixel, padding or cropping, convolution of every channel, every n-th
// pixel.
Tensor upfirdn2d_ref(const Tensor& x, const std::optional<Tensor>& f, at::IntArrayRef up, at::IntArrayRef down,
                     at::IntArrayRef padding, bool flip_filter, double gain) {
  const int64_t n = x.size(0), c = x.size(1), h = x.size(2), w = x.size(3);
  const Tensor stuffed = at::constant_pad_nd(x.reshape({n, c, h, 1, w, 1}), {0, up[0] - 1, 0, 0, 0, up[1] - 1});
  const Tensor padded = at::constant_pad_nd(stuffed.reshape({n, c, h * up[1], w * up[0]}), padding);
  Tensor taps = f ? f->detach().to(at::kDouble) : at::ones({1}, x.options().dtype(at::kDouble));
  if (taps.dim() == 1) taps = at::outer(taps, taps);
  if (!flip_filter) taps = taps.flip({0, 1});
  const Tensor kernel = (taps * gain).to(x.scalar_type()).expand({c, 1, taps.size(0), taps.size(1)});
  const Tensor y = n == 0 || c == 0 ? padded.slice(2, taps.size(0) - 1).slice(3, taps.size(1) - 1)
                                    : at::conv2d(padded, kernel, {}, 1, at::IntArrayRef({0, 0}), 1, c);
  return y.slice(2, 0, std::nullopt, down[1]).slice(3, 0, std::nullopt, down[0]);
}

std::array<int64_t, 4> transposed_padding(const Tensor& grad, const std::optional<Tensor>& f, int64_t height,
                                          int64_t width, const UpfirdnOptions& o) {
  const int64_t fw = filter_width(f), fh = filter_height(f);
  return {fw - o.x0 - 1, width * o.up_x - grad.size(3) * o.down_x + o.x0 - o.up_x + 1, fh - o.y0 - 1,
          height * o.up_y - grad.size(2) * o.down_y + o.y0 - o.up_y + 1};
}

}  // namespace centigan
