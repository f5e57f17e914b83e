#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>

#include "centigan/core/random.h"
#include "centigan/data/dataset.h"
#include "read_ahead.h"
#include "sample_order.h"

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

constexpr int64_t kAllPictures = -1, kTurns = -2;  // keys of rows of permutations; classes have their numbers

}  // namespace

Sampler::Order::Order(const Dataset& dataset, uint64_t seed, bool balance)
    : size_(dataset.size()), all_(seed, "data/order"), turns_(seed, "data/turns") {
  if (!balance || dataset.classes() < 2) return;
  for (int64_t c = 0; c < dataset.classes(); ++c)
    classes_.push_back({{}, RandomStream(seed, "data/order/" + std::to_string(c))});
  for (int64_t i = 0; i < size_; ++i) classes_[static_cast<size_t>(dataset.label(i))].members.push_back(i);
  const auto is_empty = [](const Class& one) { return one.members.empty(); };
  classes_.erase(std::remove_if(classes_.begin(), classes_.end(), is_empty), classes_.end());
}

int64_t Sampler::Order::permuted(const RandomStream& stream, int64_t key, int64_t i, int64_t n) {
  const int64_t epoch = i / n;
  const std::pair<int64_t, int64_t> place = {key, epoch & 1};
  const auto known = kept_epoch_.find(place);
  if (known == kept_epoch_.end() || known->second != epoch)
    kept_[place] = stream.permutation(epoch, n), kept_epoch_[place] = epoch;
  return kept_[place][static_cast<size_t>(i % n)];
}

// Each round takes one picture of every class, so a class has given as many as there were rounds.
int64_t Sampler::Order::index(int64_t i) {
  if (classes_.empty()) return permuted(all_, kAllPictures, i, size_);
  const auto count = static_cast<int64_t>(classes_.size());
  const int64_t turn = permuted(turns_, kTurns, i, count);
  const Class& one = classes_[static_cast<size_t>(turn)];
  return one
      .members[static_cast<size_t>(permuted(one.stream, turn, i / count, static_cast<int64_t>(one.members.size())))];
}

Sampler::Sampler(const Dataset& dataset, uint64_t seed, bool mirror, bool balance)
    : dataset_(dataset), seed_(seed), mirror_(mirror), order_(std::make_unique<Order>(dataset, seed, balance)) {
  if (dataset.streams()) ahead_ = std::make_unique<ReadAhead>(dataset);
}

Sampler::~Sampler() = default;

Sampler::Item Sampler::item(int64_t i) const {
  const bool flip = mirror_ && RandomStream(seed_, "data/flip").integer(i, 2) == 1;
  return {order_->index(i), flip};
}

torch::Tensor Sampler::image(int64_t i, int64_t index) const {
  return ahead_ ? ahead_->take(i, index) : dataset_.image(index).contiguous();
}

torch::Tensor Sampler::images(int64_t first, int64_t count) const {
  const int64_t rows = dataset_.channels() * dataset_.height(), width = dataset_.width();
  torch::Tensor batch = at::empty({count, dataset_.channels(), dataset_.height(), width}, at::kFloat);
  float* out = batch.mutable_data_ptr<float>();
  for (int64_t i = 0; i < count; ++i) {
    const Item next = item(first + i);
    const torch::Tensor picture = image(first + i, next.index);
    const uint8_t* pixels = picture.const_data_ptr<uint8_t>();
    for (int64_t row = 0; row < rows; ++row, out += width) copy_row(pixels + row * width, width, next.flip, out);
  }
  if (ahead_) ahead_->expect(first + count, [this](int64_t i) { return order_->index(i); });
  return batch;
}

torch::Tensor Sampler::labels(int64_t first, int64_t count) const {
  torch::Tensor batch = at::empty({count}, at::kLong);
  for (int64_t i = 0; i < count; ++i) batch.mutable_data_ptr<int64_t>()[i] = dataset_.label(item(first + i).index);
  return batch;
}

}  // namespace centigan
