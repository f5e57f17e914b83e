#include "teacher_maps.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "centigan/core/random.h"
#include "centigan/models/drawing.h"

namespace centigan {
namespace {

constexpr int64_t kFitPixels = 1 << 19, kEnoughPictures = 256;  // large maps need fewer pictures, and more memory

}  // namespace

// Rows of the map layers of a level, or of the mapping.
std::vector<size_t> rows_of_level(const std::vector<LiteLayer>& layers, int64_t level) {
  std::vector<size_t> rows;
  for (size_t row = 0; row < layers.size(); ++row) {
    const bool map = layers[row].op == LiteOp::kMap;
    if (level == kMappingLevel ? map : layers[row].makes_map() && layers[row].level == level) rows.push_back(row);
  }
  return rows;
}

// The teacher's row that a row of the student answers to: the first ones to the first ones, the last one to the last.
size_t counterpart(const std::vector<LiteLayer>& teacher, const std::vector<LiteLayer>& student, size_t row) {
  const int64_t level = student[row].op == LiteOp::kMap ? kMappingLevel : student[row].level;
  const auto mine = rows_of_level(student, level), theirs = rows_of_level(teacher, level);
  const size_t place = std::find(mine.begin(), mine.end(), row) - mine.begin();
  return place + 1 == mine.size() ? theirs.back() : theirs[std::min(place, theirs.size() - 1)];
}

Watched watched(LiteGenerator& teacher, uint64_t seed, int64_t pictures) {
  const GeneratorShape& shape = teacher.shape();
  pictures = std::min(pictures, std::max(kEnoughPictures, kFitPixels / (shape.height * shape.width)));
  const RandomStream latents(seed, "fit"), labels(seed, "fit/labels");
  std::vector<std::vector<torch::Tensor>> values(teacher.units().size()), scales(values.size());
  std::vector<torch::Tensor> inputs, drawn;
  for (int64_t first = 0; first < pictures; first += kFitBatch) {
    const auto z = latents.normal(first, kFitBatch, shape.z_dim).to(teacher.w_avg().options());
    const auto c = drawn_labels(labels, first, kFitBatch, shape.c_dim);
    inputs.push_back(teacher.input(z, c).to(at::kCPU));
    const auto look = [&](size_t row, const torch::Tensor& value, const torch::Tensor& scale) {
      values[row].push_back(value.to(at::kCPU).contiguous());
      if (scale.defined()) scales[row].push_back(scale.to(at::kCPU));
    };
    drawn.push_back(teacher.watch(z, c, look).to(at::kCPU));
  }
  Watched all{at::cat(inputs), at::cat(drawn), {}, {}};
  for (size_t row = 0; row < values.size(); ++row) {
    all.values.push_back(at::cat(values[row]));
    values[row].clear();
    all.scales.push_back(scales[row].empty() ? torch::Tensor() : at::cat(scales[row]));
  }
  return all;
}

}  // namespace centigan
