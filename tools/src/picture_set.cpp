#include "picture_set.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "centigan/core/error.h"
#include "centigan/core/hash.h"
#include "centigan/core/image.h"
#include "centigan/data/dataset.h"
#include "drawing.h"

namespace centigan {
namespace {

// Only names are needed of the data set that lists a folder, so its pictures are kept small.
constexpr int64_t kListingResolution = 16;

std::string source_of(const std::vector<std::string>& names) {
  size_t jpeg = 0;
  for (const auto& name : names) {
    const std::string extension = std::filesystem::path(name).extension().string();
    jpeg += extension == ".jpg" || extension == ".jpeg" || extension == ".JPG" || extension == ".JPEG";
  }
  return jpeg == 0 ? "png" : jpeg == names.size() ? "jpeg" : "mixed";
}

std::vector<std::string> names_of(const Dataset& dataset) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < dataset.size(); ++i) names.push_back(dataset.name(i));
  return names;
}

std::string fingerprint_of(const std::vector<std::string>& names, const std::vector<at::Tensor>& pictures) {
  Sha256 hash;
  for (size_t i = 0; i < pictures.size(); ++i) {
    const auto pixels = pictures[i].contiguous();
    hash.add(names[i]).add(pixels.data_ptr(), pixels.nbytes());
  }
  return hash.hex();
}

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
  const auto dataset = split_holdout(open_dataset(run.config.data, size, model.channels), run.config.data).training;
  PictureSet set;
  for (int64_t i = 0; i < dataset->size(); ++i) set.pictures.push_back(dataset->image(i));
  set.source = source_of(names_of(*dataset));
  set.resolution = size.text();
  set.fingerprint = dataset->fingerprint();
  return set;
}

PictureSet folder_pictures(const std::string& folder) {
  DataConfig config;
  config.path = folder;
  auto names = names_of(*open_dataset(config, kListingResolution, 3));
  PictureSet set;
  set.pictures = native_images(config);
  if (names.size() != set.pictures.size())
    fail("eval", escaped(folder), "changed while it was read", "run it again when nothing writes there");
  const auto grid = std::find(names.begin(), names.end(), "grid.png");
  if (grid != names.end()) {
    set.pictures.erase(set.pictures.begin() + (grid - names.begin()));
    names.erase(grid);
  }
  set.source = source_of(names);
  set.fingerprint = fingerprint_of(names, set.pictures);
  return set;
}

PictureSet drawn_pictures(Run& run, uint64_t first, int64_t count, double psi, bool quiet) {
  std::vector<uint64_t> seeds(static_cast<size_t>(count));
  std::iota(seeds.begin(), seeds.end(), first);
  DrawRequest request = request_of_seeds(run.generator->shape(), seeds);
  request.psi = psi;
  const auto images = to_uint8(draw(run, request, "eval", quiet));
  PictureSet set;
  std::vector<std::string> names;
  for (int64_t i = 0; i < count; ++i) {
    set.pictures.push_back(images[i]);
    names.push_back(picture_name(seeds[i]));
  }
  set.source = "gen8";
  set.fingerprint = fingerprint_of(names, set.pictures);
  return set;
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
