#include "centigan/core/random.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "centigan/core/hash.h"
#include "normal.h"

namespace centigan {
namespace {

TEST(Hash32, EqualsThePublishedTable) {
  const struct {
    uint64_t seed;
    uint32_t stream, index, hash;
  } rows[] = {{0, 0, 0, 0x6b200159},
              {0, 0, 1, 0x99ba4efe},
              {0, 0, 2, 0x508efb2c},
              {1, 1, 0, 0xe8de5dc1},
              {1, 1, 1, 0x461e61e4},
              {1, 1, 2, 0xcb9175b4},
              {1, 1, 3, 0xc2805662},
              {1, 2, 0, 0xf427b9f7},
              {1, 16, 0, 0xc83e1e63},
              {1, 16, 1023, 0xf9bcb127},
              {42, 1, 0, 0xe6bdada3},
              {42, 1, 7, 0x4706dfd0},
              {0x0123456789abcdef, 1, 0, 0xba3918c0},
              {0x0123456789abcdef, 17, 100, 0x1198151e},
              {UINT64_MAX, UINT32_MAX, UINT32_MAX, 0x6e20d8bf},
              {1ull << 32, 1, 0, 0x74298876}};
  for (const auto& row : rows)
    EXPECT_EQ(hash32(row.seed, row.stream, row.index), row.hash) << row.seed << " " << row.index;
}

TEST(RuntimeLatent, EqualsThePublishedRows) {
  const auto latent = runtime_latent(1, 4) * 4096;
  EXPECT_EQ(latent[0].item<float>(), 5483);
  EXPECT_EQ(latent[1].item<float>(), -2462);
  EXPECT_EQ(latent[2].item<float>(), 3381);
  EXPECT_EQ(latent[3].item<float>(), 2896);
  EXPECT_EQ((runtime_latent(42, 8) * 4096)[7].item<float>(), -2414);
}

TEST(RuntimeLatent, TableHasThePublishedChecksum) {
  std::vector<int16_t> table(1024);
  for (int k = 0; k < 1024; ++k) {
    table[k] = static_cast<int16_t>(std::floor(4096 * normal_quantile_refined((k + 0.5) / 1024) + 0.5));
  }
  EXPECT_EQ(crc32(table.data(), 2048), 0xc99e6bb6u);
  EXPECT_EQ(Sha256().add(table.data(), 2048).hex(), "c9b9b52bf8832b6365ce175a97db16bb4ed0f44036645b62605bfddc4edd59c8");
}

TEST(NormalQuantile, InvertsTheDistributionFunction) {
  for (double p = 0x1p-33; p < 0.5; p *= 1.7) {
    EXPECT_NEAR(0.5 * std::erfc(-normal_quantile(p) * M_SQRT1_2) / p, 1.0, 1e-13) << p;
    EXPECT_EQ(normal_quantile(1 - 0x1p-20), -normal_quantile(0x1p-20));
    EXPECT_NEAR(normal_quantile_refined(p), normal_quantile(p), 1e-14 * std::fabs(normal_quantile(p)) + 1e-15);
  }
}

TEST(RandomStream, IsAFunctionOfSeedNameAndIndex) {
  const RandomStream stream(7, "latent");
  const auto all = stream.normal(0, 10, 5);
  EXPECT_TRUE(torch::equal(all.narrow(0, 3, 4), stream.normal(3, 4, 5)));
  EXPECT_TRUE(torch::equal(all, RandomStream(7, "latent").normal(0, 10, 5)));
  EXPECT_FALSE(torch::equal(all, RandomStream(8, "latent").normal(0, 10, 5)));
  EXPECT_FALSE(torch::equal(all, RandomStream(7, "labels").normal(0, 10, 5)));
  const float first = static_cast<float>(hash32(7, crc32("latent"), 12) >> 8) * 0x1p-24f;
  EXPECT_EQ(stream.uniform(2, 1, 6)[0][0].item<float>(), first);
}

TEST(RandomStream, IndicesAre64BitsWide) {
  const RandomStream stream(1, "a");
  const int64_t far = int64_t{1} << 32;
  EXPECT_FALSE(torch::equal(stream.uniform(0, 1, 64), stream.uniform(far, 1, 64)));
  EXPECT_FALSE(torch::equal(stream.uniform(far, 1, 64), stream.uniform(2 * far, 1, 64)));
  EXPECT_TRUE(torch::equal(stream.uniform(far - 2, 4, 1).narrow(0, 2, 2), stream.uniform(far, 2, 1)));
}

TEST(RandomStream, DrawsFollowTheirDistribution) {
  const RandomStream stream(3, "x");
  const auto u = stream.uniform(0, 1000, 200), n = stream.normal(0, 1000, 200);
  EXPECT_GE(u.min().item<float>(), 0.0f);
  EXPECT_LT(u.max().item<float>(), 1.0f);
  EXPECT_NEAR(u.mean().item<float>(), 0.5, 0.003);
  EXPECT_NEAR(u.var().item<float>(), 1.0 / 12, 0.001);
  EXPECT_NEAR(n.mean().item<float>(), 0.0, 0.01);
  EXPECT_NEAR(n.var().item<float>(), 1.0, 0.02);
  EXPECT_NEAR(n.pow(4).mean().item<float>(), 3.0, 0.1);
  EXPECT_TRUE(n.isfinite().all().item<bool>());
}

TEST(RandomStream, IntegersCoverTheirRangeEvenly) {
  const RandomStream stream(3, "i");
  std::vector<int> counts(7);
  for (int64_t i = 0; i < 7000; ++i) ++counts.at(stream.integer(i, 7));
  EXPECT_GT(*std::min_element(counts.begin(), counts.end()), 880);
  EXPECT_LT(*std::max_element(counts.begin(), counts.end()), 1120);
  EXPECT_EQ(stream.integer(5, 1), 0);
  EXPECT_GT(stream.integer(0, INT64_MAX), 7);
}

TEST(RandomStream, PermutationsHoldEachNumberOnceAndDiffer) {
  const RandomStream stream(3, "p");
  auto first = stream.permutation(0, 100), second = stream.permutation(1, 100);
  EXPECT_NE(first, second);
  EXPECT_EQ(first, stream.permutation(0, 100));
  std::sort(first.begin(), first.end());
  std::vector<int64_t> sorted(100);
  std::iota(sorted.begin(), sorted.end(), 0);
  EXPECT_EQ(first, sorted);
  EXPECT_TRUE(stream.permutation(0, 0).empty());
}

// 16 latents of 128 a step must cost nothing: 5 million draws a second, with much room for a busy machine.
TEST(RandomStream, NormalDrawsAreFast) {
  const RandomStream stream(3, "speed");
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    stream.normal(i * 1000, 1000, 128);
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  RecordProperty("draws_per_second", std::to_string(128000 / best));
  std::printf("%.1f million normal draws a second\n", 0.128 / best);
#ifdef NDEBUG
  EXPECT_GT(128000 / best, 5e6);
#endif
}

TEST(NormalRows, AreTheStreamsOfTheirSeeds) {
  const torch::Tensor seeds = torch::tensor({3, -9, 3}, torch::kLong);
  const torch::Tensor rows = normal_rows(seeds, "noise/b8", 7, torch::kCPU);
  ASSERT_EQ(rows.sizes(), (std::vector<int64_t>{3, 7}));
  EXPECT_TRUE(rows[1].equal(RandomStream(static_cast<uint64_t>(-9), "noise/b8").normal(0, 1, 7).view(-1)));
  EXPECT_TRUE(rows[0].equal(rows[2]) && !rows[0].equal(rows[1]));
  EXPECT_EQ(normal_rows(seeds.slice(0, 0, 0), "noise/b8", 7, torch::kCPU).numel(), 0);
  EXPECT_THROW(normal_rows(seeds.to(torch::kFloat), "noise/b8", 7, torch::kCPU), c10::Error);
}

}  // namespace
}  // namespace centigan
