#include <ATen/ops/empty.h>

#include <array>

#include "centigan/core/random.h"
#include "centigan/data/dataset.h"

namespace centigan {
namespace {

// 0 … 255 to [-1, 1].
const std::array<float, 256>& unit_values() {
  static const std::array<float, 256> kValues = [] {
    std::array<float, 256> values;
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 127.5f - 1.0f;
    return values;
  }();
  return kValues;
}

void copy_row(const uint8_t* from, int64_t width, bool flip, float* to) {
  const auto& values = unit_values();
  for (int64_t x = 0; x < width; ++x) to[x] = values[from[flip ? width - 1 - x : x]];
}

}  // namespace

Sampler::Sampler(const Dataset& dataset, uint64_t seed, bool mirror)
    : dataset_(dataset), seed_(seed), mirror_(mirror) {}

Sampler::Item Sampler::item(int64_t i) const {
  const int64_t n = dataset_.size(), epoch = i / n;
  if (epoch != epoch_) order_ = RandomStream(seed_, "data/order").permutation(epoch, n), epoch_ = epoch;
  const bool flip = mirror_ && RandomStream(seed_, "data/flip").integer(i, 2) == 1;
  return {order_[static_cast<size_t>(i % n)], flip};
}

torch::Tensor Sampler::images(int64_t first, int64_t count) const {
  const int64_t rows = dataset_.channels() * dataset_.height(), width = dataset_.width();
  torch::Tensor batch = at::empty({count, dataset_.channels(), dataset_.height(), width}, at::kFloat);
  float* out = batch.mutable_data_ptr<float>();
  for (int64_t i = 0; i < count; ++i) {
    const Item next = item(first + i);
    const torch::Tensor image = dataset_.image(next.index).contiguous();
    const uint8_t* pixels = image.const_data_ptr<uint8_t>();
    for (int64_t row = 0; row < rows; ++row, out += width) copy_row(pixels + row * width, width, next.flip, out);
  }
  return batch;
}

torch::Tensor Sampler::labels(int64_t first, int64_t count) const {
  torch::Tensor batch = at::empty({count}, at::kLong);
  for (int64_t i = 0; i < count; ++i) batch.mutable_data_ptr<int64_t>()[i] = dataset_.label(item(first + i).index);
  return batch;
}

}  // namespace centigan
