// The endless order: permutations, mirroring, and independence from how it is cut into batches.
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <set>

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

}  // namespace
}  // namespace centigan
