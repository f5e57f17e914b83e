// The endless order: permutations, mirroring, and independence from how it is cut into batches.
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <set>
#include <stdexcept>

#include "centigan/data/dataset.h"

namespace centigan {
namespace {

// Picture i is i everywhere, but 200 in the left column; label i + 100.
class CountingDataset final : public Dataset {
 public:
  int64_t size() const override { return 11; }
  int64_t channels() const override { return 2; }
  int64_t height() const override { return 3; }
  int64_t width() const override { return 4; }
  int64_t classes() const override { return 200; }
  torch::Tensor image(int64_t index) const override {
    torch::Tensor image = at::full({2, 3, 4}, index, at::kByte);
    image.select(2, 0).fill_(200);
    return image;
  }
  int64_t label(int64_t index) const override { return index + 100; }
  std::string name(int64_t index) const override { return std::to_string(index); }
  std::string fingerprint() const override { return ""; }
};

std::vector<int64_t> order(const Sampler& sampler, int64_t first, int64_t count) {
  const torch::Tensor labels = sampler.labels(first, count) - 100;
  return {labels.const_data_ptr<int64_t>(), labels.const_data_ptr<int64_t>() + count};
}

TEST(Sampler, EachEpochIsAnotherPermutation) {
  const CountingDataset data;
  const Sampler sampler(data, 5, false);
  std::set<std::vector<int64_t>> orders;
  for (int64_t epoch = 0; epoch < 20; ++epoch) {
    const auto items = order(sampler, epoch * 11, 11);
    EXPECT_EQ(std::set<int64_t>(items.begin(), items.end()).size(), 11u);
    orders.insert(items);
  }
  EXPECT_EQ(orders.size(), 20u);
  EXPECT_NE(order(sampler, 0, 11), order(Sampler(data, 6, false), 0, 11));
}

TEST(Sampler, ItemsDoNotDependOnTheBatches) {
  const CountingDataset data;
  const Sampler sampler(data, 5, true), again(data, 5, true);
  const torch::Tensor whole = sampler.images(7, 40);
  EXPECT_TRUE(at::equal(whole, at::cat({again.images(7, 1), again.images(8, 30), again.images(38, 9)})));
  EXPECT_TRUE(at::equal(whole.slice(0, 0, 3), again.images(7, 3)));  // backwards, over epochs
  EXPECT_EQ(order(sampler, 1000000007, 1), order(again, 1000000007, 1));
}

TEST(Sampler, ValuesAreBetweenMinusOneAndOne) {
  const CountingDataset data;
  const Sampler sampler(data, 1, false);
  const torch::Tensor images = sampler.images(0, 11);
  const auto labels = order(sampler, 0, 11);
  ASSERT_EQ(images.sizes(), (at::IntArrayRef{11, 2, 3, 4}));
  for (int64_t i = 0; i < 11; ++i) {
    const float value = static_cast<float>(labels[static_cast<size_t>(i)]) / 127.5f - 1.0f;
    EXPECT_EQ(images[i][1][2][3].item<float>(), value);
    EXPECT_EQ(images[i][1][2][0].item<float>(), 200.0f / 127.5f - 1.0f);
  }
}

TEST(Sampler, HalfAreMirroredWhenAsked) {
  const CountingDataset data;
  const torch::Tensor plain = Sampler(data, 3, false).images(0, 400), flipped = Sampler(data, 3, true).images(0, 400);
  int count = 0;
  for (int64_t i = 0; i < 400; ++i) {
    const bool flip = !at::equal(plain[i], flipped[i]);
    EXPECT_TRUE(at::equal(flip ? plain[i].flip(2) : plain[i], flipped[i]));
    count += flip;
  }
  EXPECT_GT(count, 160);
  EXPECT_LT(count, 240);
}

// Classes 0, 1, 2 with 8, 2 and 1 pictures.
class UnevenDataset : public Dataset {
 public:
  int64_t size() const override { return 11; }
  int64_t channels() const override { return 1; }
  int64_t height() const override { return 2; }
  int64_t width() const override { return 2; }
  int64_t classes() const override { return 4; }
  torch::Tensor image(int64_t index) const override { return at::full({1, 2, 2}, index, at::kByte); }
  int64_t label(int64_t index) const override { return index < 8 ? 0 : index < 10 ? 1 : 2; }
  std::string name(int64_t index) const override { return std::to_string(index); }
  std::string fingerprint() const override { return ""; }
};

int64_t pixel(const torch::Tensor& images, int64_t i) {
  return std::lround((images[i][0][0][0].item<double>() + 1) * 127.5);
}

TEST(Sampler, BalanceShowsClassesEquallyAndTheirPicturesInTurn) {
  const UnevenDataset data;
  const Sampler sampler(data, 3, false, true);
  const torch::Tensor labels = sampler.labels(0, 240), images = sampler.images(0, 240);
  for (int64_t c = 0; c < 3; ++c) EXPECT_EQ(labels.eq(c).sum().item<int64_t>(), 80) << c;
  std::set<int64_t> orders;
  std::vector<int64_t> seen(11);
  for (int64_t round = 0; round < 80; ++round) {
    const torch::Tensor turn = labels.slice(0, 3 * round, 3 * round + 3);
    EXPECT_EQ(turn.sum().item<int64_t>(), 3);
    orders.insert(turn[0].item<int64_t>() * 3 + turn[1].item<int64_t>());
    for (int64_t i = 0; i < 3; ++i) {
      const int64_t index = pixel(images, 3 * round + i);
      EXPECT_EQ(data.label(index), turn[i].item<int64_t>());
      ++seen[static_cast<size_t>(index)];
    }
  }
  EXPECT_EQ(orders.size(), 6u);
  EXPECT_EQ(seen, (std::vector<int64_t>{10, 10, 10, 10, 10, 10, 10, 10, 40, 40, 80}));
  EXPECT_TRUE(at::equal(images.slice(0, 100, 103), Sampler(data, 3, false, true).images(100, 3)));
}

// The same pictures from a slow file; `fails` breaks one of them.
class StreamedDataset final : public UnevenDataset {
 public:
  bool streams() const override { return true; }
  torch::Tensor image(int64_t index) const override {
    ++reads;
    if (index == fails) throw std::runtime_error("broken");
    return UnevenDataset::image(index);
  }
  mutable std::atomic<int> reads{0};
  std::atomic<int64_t> fails{-1};
};

TEST(Sampler, ReadingAheadChangesNoPicture) {
  const UnevenDataset plain;
  StreamedDataset slow;
  const Sampler one(plain, 9, true), other(slow, 9, true);
  for (const int64_t first : {0, 4, 8, 12, 700, 704, 2, 6, 10, 500000, 500004})  // forwards, far, and back
    EXPECT_TRUE(at::equal(one.images(first, 4), other.images(first, 4))) << first;
}

TEST(Sampler, WhatCannotBeReadAheadIsAnErrorWhereItIsShown) {
  StreamedDataset slow;
  const Sampler sampler(slow, 9, false);
  const int64_t third = pixel(sampler.images(2, 1), 0);
  slow.fails = third;
  sampler.images(0, 2);
  EXPECT_THROW(sampler.images(2, 1), std::runtime_error);
}

}  // namespace
}  // namespace centigan
