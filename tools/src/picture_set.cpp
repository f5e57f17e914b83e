#include "picture_set.h"

#include <ATen/ATen.h>

#include "centigan/core/image.h"

namespace centigan {
namespace {

at::Tensor fitted(const at::Tensor& picture, int64_t channels, int64_t height, int64_t width) {
  const auto colour = picture.size(0) == channels ? picture : picture.narrow(0, 0, 1).expand({channels, -1, -1});
  if (colour.size(1) == height && colour.size(2) == width) return colour;
  const auto resized = at::_upsample_bilinear2d_aa(colour.unsqueeze(0).to(at::kFloat), {height, width}, false);
  return resized.squeeze(0).round().clamp(0, 255).to(at::kByte);
}

}  // namespace

at::Tensor stack_sheet(const std::vector<std::vector<at::Tensor>>& stacks, int64_t columns) {
  const auto size = stacks.front().front().sizes();
  std::vector<at::Tensor> cells;
  for (size_t first = 0; first < stacks.size(); first += columns)
    for (size_t row = 0; row < stacks.front().size(); ++row)
      for (size_t i = first; i < std::min(first + columns, stacks.size()); ++i)
        cells.push_back(fitted(stacks[i].at(row), size[0], size[1], size[2]));
  return make_grid(at::stack(cells), columns);
}

}  // namespace centigan
