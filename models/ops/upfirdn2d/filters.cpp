#include <vector>

#include "centigan/nn/ops.h"
#include "upfirdn2d/upfirdn2d_options.h"

namespace centigan {
namespace {

constexpr int64_t kSeparableTaps = 8;  // from here on two 1-D passes beat one 2-D pass

}  // namespace

torch::Tensor setup_filter(std::initializer_list<double> taps) {
  return setup_filter(torch::tensor(std::vector<double>(taps), torch::kFloat64));
}

torch::Tensor setup_filter(const torch::Tensor& taps) {
  torch::Tensor f = taps.to(torch::kFloat64);
  if (f.dim() == 1 && f.size(0) < kSeparableTaps) f = at::outer(f, f);
  return (f / f.sum()).to(torch::kFloat32);
}

// f < up gives a negative number to halve: an arithmetic shift rounds down as the published formula does.
torch::Tensor upsample2d(const torch::Tensor& x, const torch::Tensor& f, int64_t up) {
  const int64_t fw = filter_width(f), fh = filter_height(f);
  return upfirdn2d(x, f, {up, up}, {1, 1}, {(fw + up - 1) >> 1, (fw - up) >> 1, (fh + up - 1) >> 1, (fh - up) >> 1},
                   false, static_cast<double>(up * up));
}

torch::Tensor downsample2d(const torch::Tensor& x, const torch::Tensor& f, int64_t down) {
  const int64_t fw = filter_width(f), fh = filter_height(f);
  return upfirdn2d(x, f, {1, 1}, {down, down},
                   {(fw - down + 1) >> 1, (fw - down) >> 1, (fh - down + 1) >> 1, (fh - down) >> 1});
}

torch::Tensor filter2d(const torch::Tensor& x, const torch::Tensor& f, bool flip_filter) {
  const int64_t fw = filter_width(f), fh = filter_height(f);
  return upfirdn2d(x, f, {1, 1}, {1, 1}, {fw / 2, (fw - 1) / 2, fh / 2, (fh - 1) / 2}, flip_filter);
}

}  // namespace centigan
