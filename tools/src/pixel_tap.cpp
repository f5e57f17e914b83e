#include "pixel_tap.h"

#include <ATen/ATen.h>

#include "centigan/metrics/pixel_vectors.h"

namespace centigan {
namespace {

at::Tensor pixel_bytes(const at::Tensor& picture) {
  const at::Tensor colour = picture.size(0) == 3 ? picture : picture.narrow(0, 0, 1).expand({3, -1, -1});
  return pixel_vectors(colour.unsqueeze(0)).squeeze(0).mul_(255).round_().to(at::kByte);
}

}  // namespace

std::vector<torch::Tensor> PixelTap::read(int64_t first, int64_t count) {
  std::vector<torch::Tensor> pictures = inner_->read(first, count);
  for (size_t i = 0; i < pictures.size(); ++i)
    if (pictures[i].defined()) bytes_[first + static_cast<int64_t>(i)] = pixel_bytes(pictures[i]);
  return pictures;
}

torch::Tensor PixelTap::pixels(const std::vector<int64_t>& places) {
  std::vector<at::Tensor> rows;
  for (const int64_t place : places) {
    if (bytes_.count(place) == 0) read(place, 1);
    rows.push_back(bytes_.at(place));
  }
  return at::stack(rows).to(at::kFloat).div_(255);
}

torch::Tensor mirrored_pixels(const torch::Tensor& pixels) {
  const int64_t side = 32;
  return pixels.reshape({-1, 3, side, side}).flip({3}).flatten(1).contiguous();
}

}  // namespace centigan
