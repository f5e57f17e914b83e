#include <algorithm>

#include "centigan/nn/ops.h"
#include "common/static_size.h"
#include "conv2d/convolution.h"

namespace centigan {
namespace {

using at::Tensor;

struct ResamplePadding {
  int64_t x0, x1, y0, y1;
  std::array<int64_t, 4> array() const { return {x0, x1, y0, y1}; }
};

// Padding of the filter on top of the user's. Shifts round down where f < up (see filters.cpp).
ResamplePadding total_padding(int64_t fw, int64_t fh, int64_t up, int64_t down, int64_t padding) {
  ResamplePadding p{padding, padding, padding, padding};
  if (up > 1) {
    p.x0 += (fw + up - 1) >> 1, p.x1 += (fw - up) >> 1;
    p.y0 += (fh + up - 1) >> 1, p.y1 += (fh - up) >> 1;
  }
  if (down > 1) {
    p.x0 += (fw - down + 1) >> 1, p.x1 += (fw - down) >> 1;
    p.y0 += (fh - down + 1) >> 1, p.y1 += (fh - down) >> 1;
  }
  return p;
}

// Transposed convolution, then the filter. What both would pad and crop is taken out of the transposed convolution.
Tensor conv2d_up(const Tensor& x, const Tensor& weight, const std::optional<Tensor>& f, int64_t up, int64_t down,
                 ResamplePadding p) {
  const int64_t kh = static_size(weight, 2), kw = static_size(weight, 3);
  p.x0 -= kw - 1, p.x1 -= kw - up, p.y0 -= kh - 1, p.y1 -= kh - up;
  const int64_t crop_x = std::max<int64_t>(std::min(-p.x0, -p.x1), 0);
  const int64_t crop_y = std::max<int64_t>(std::min(-p.y0, -p.y1), 0);
  const Tensor y = convolution(x, weight.transpose(0, 1), {up, up, crop_y, crop_x, true});
  const Tensor filtered = upfirdn2d(y, f, {1, 1}, {1, 1}, {p.x0 + crop_x, p.x1 + crop_x, p.y0 + crop_y, p.y1 + crop_y},
                                    false, static_cast<double>(up * up));
  return down > 1 ? upfirdn2d(filtered, f, {1, 1}, {down, down}) : filtered;
}

void check_conv2d_resample(const Tensor& x, const Tensor& weight, int64_t up, int64_t down, int64_t padding) {
  TORCH_CHECK(x.dim() == 4 && weight.dim() == 4, "conv2d_resample: x must be [N,I,H,W] and weight [O,I,kh,kw]");
  TORCH_CHECK(x.sym_size(1) == weight.sym_size(1), "conv2d_resample: x has ", x.sym_size(1), " channels, weight takes ",
              weight.sym_size(1));
  TORCH_CHECK(up >= 1 && down >= 1 && padding >= 0,
              "conv2d_resample: up and down must be 1 or more, padding 0 or more");
}

}  // namespace

Tensor conv2d_resample(const Tensor& x, const Tensor& weight, const std::optional<Tensor>& f, int64_t up, int64_t down,
                       int64_t padding, bool flip_weight) {
  check_conv2d_resample(x, weight, up, down, padding);
  const Tensor correlated = flip_weight ? weight : weight.flip({2, 3});
  if (up == 1 && down == 1) return convolution(x, correlated, {1, 1, padding, padding});
  const int64_t fw = f ? static_size(*f, -1) : 1, fh = f ? static_size(*f, 0) : 1;
  const ResamplePadding p = total_padding(fw, fh, up, down, padding);
  const bool pointwise = static_size(weight, 2) == 1 && static_size(weight, 3) == 1;
  // A 1x1 convolution works on the smaller of the two pictures.
  if (pointwise && up == 1) return convolution(upfirdn2d(x, f, {1, 1}, {down, down}, p.array()), correlated, {});
  if (pointwise && down == 1)
    return upfirdn2d(convolution(x, correlated, {}), f, {up, up}, {1, 1}, p.array(), false,
                     static_cast<double>(up * up));
  if (up == 1) return convolution(upfirdn2d(x, f, {1, 1}, {1, 1}, p.array()), correlated, {down, down});
  return conv2d_up(x, flip_weight ? weight.flip({2, 3}) : weight, f, up, down, p);
}

}  // namespace centigan
