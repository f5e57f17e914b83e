#include "picture_set.h"

#include <ATen/ATen.h>

#include <numeric>

#include "centigan/core/image.h"
#include "centigan/data/dataset.h"
#include "drawing.h"

namespace centigan {
namespace {

at::Tensor fitted(const at::Tensor& picture, int64_t channels, int64_t height, int64_t width) {
  const auto colour = picture.size(0) == channels ? picture : picture.narrow(0, 0, 1).expand({channels, -1, -1});
  if (colour.size(1) == height && colour.size(2) == width) return colour;
  const auto resized = at::_upsample_bilinear2d_aa(colour.unsqueeze(0).to(at::kFloat), {height, width}, false);
  return resized.squeeze(0).round().clamp(0, 255).to(at::kByte);
}

}  // namespace

PictureSet training_pictures(const Run& run) {
  const ModelConfig& model = run.config.model;
  const PictureSize size(picture_height(model), picture_width(model));
  const auto dataset = open_dataset(run.config.data, size, model.channels);
  return dataset_pictures(*split_holdout(dataset, run.config.data).training);
}

PictureSet drawn_pictures(Run& run, uint64_t first, int64_t count, double psi, bool quiet) {
  std::vector<uint64_t> seeds(static_cast<size_t>(count));
  std::iota(seeds.begin(), seeds.end(), first);
  DrawRequest request = request_of_seeds(run.generator->shape(), seeds);
  request.psi = psi;
  return generated_pictures(to_uint8(draw(run, request, "eval", quiet)), seeds);
}

at::Tensor pair_sheet(const std::vector<std::pair<at::Tensor, at::Tensor>>& pairs, int64_t columns) {
  const auto size = pairs.front().first.sizes();
  std::vector<at::Tensor> cells;
  for (size_t first = 0; first < pairs.size(); first += columns) {
    const size_t last = std::min(first + columns, pairs.size());
    for (size_t i = first; i < last; ++i) cells.push_back(pairs[i].first);
    for (size_t i = first; i < last; ++i) cells.push_back(pairs[i].second);
  }
  for (auto& cell : cells) cell = fitted(cell, size[0], size[1], size[2]);
  return make_grid(at::stack(cells), columns);
}

}  // namespace centigan
