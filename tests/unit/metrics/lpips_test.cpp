// LPIPS and its network, VGG16; perceptual distances of many pairs.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "centigan/core/safetensors.h"
#include "centigan/metrics/pair_distances.h"
#include "centigan/metrics/perceptual.h"
#include "metrics_testing.h"
#include "support/filler.h"
#include "test_support.h"

namespace centigan {
namespace {

constexpr int64_t kVggPlaces[] = {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28};
constexpr int64_t kVggWidths[] = {64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512};

// VGG16 as torchvision stores it, filled by the counter hash so that no map dies.
std::map<std::string, at::Tensor> filled_vgg() {
  std::map<std::string, at::Tensor> tensors;
  int64_t in = 3;
  for (size_t i = 0; i < 13; ++i) {
    const std::string name = "features." + std::to_string(kVggPlaces[i]);
    const double scale = std::sqrt(2.0 / (9.0 * static_cast<double>(in)));
    tensors[name + ".weight"] = filler("vgg/" + name + ".weight", {kVggWidths[i], in, 3, 3}, scale);
    tensors[name + ".bias"] = filler("vgg/" + name + ".bias", {kVggWidths[i]}, 0.1);
    in = kVggWidths[i];
  }
  return tensors;
}

class Vgg : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    tensors() = filled_vgg();
    written(tensors());
    extractor() = std::make_unique<FeatureExtractor>(path(), at::kCPU);
  }
  static void TearDownTestSuite() {
    extractor().reset(), tensors().clear();
    std::filesystem::remove(path());
  }
  static std::map<std::string, at::Tensor>& tensors() {
    static std::map<std::string, at::Tensor> all;
    return all;
  }
  static std::string path() { return test::process_folder() + "/vgg16.safetensors"; }
  static void written(const std::map<std::string, at::Tensor>& contents) { write_safetensors(path(), {contents, {}}); }
  static std::unique_ptr<FeatureExtractor>& extractor() {
    static std::unique_ptr<FeatureExtractor> instance;
    return instance;
  }
};

TEST_F(Vgg, GoldenDistances) {
  const at::Tensor x = filler_images("lpips/x", {2, 3, 32, 48}), y = filler_images("lpips/y", {2, 3, 32, 48});
  const at::Tensor d = row_distances(*extractor(), x, y);
  expect_relative(d[0].item<double>(), 0.12434953916097502, 1e-5);
  expect_relative(d[1].item<double>(), 0.1213735213235273, 1e-5);
  EXPECT_EQ(row_distances(*extractor(), x, x)[1].item<double>(), 0.0);
  const at::Tensor grey = x.narrow(1, 0, 1);
  EXPECT_EQ(row_distances(*extractor(), grey, grey.expand({-1, 3, -1, -1}))[0].item<double>(), 0.0);
}

TEST_F(Vgg, MapsWeightsAndFeatures) {
  const at::Tensor x = filler_images("lpips/x", {1, 3, 32, 48});
  const auto maps = extractor()->taps(x), weights = extractor()->tap_weights();
  const int64_t widths[] = {64, 128, 256, 512, 512};
  const double sums[] = {6.925991700962186, 8.858334008604288, 17.5150060467422, 51.521323032677174, 47.03485375829041};
  ASSERT_EQ(maps.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(maps[i].sizes(), at::IntArrayRef({1, widths[i], 32 >> i, 48 >> i}));
    EXPECT_EQ(weights[i].sizes(), at::IntArrayRef({widths[i]}));
    expect_relative(weights[i].to(at::kDouble).sum().item<double>(), sums[i], 1e-9);
  }
  EXPECT_TRUE(at::allclose(extractor()->features(x), maps[4].mean({2, 3}), 1e-5, 1e-6));
}

TEST_F(Vgg, TheNamesNeedThePublishedWeights) {
  EXPECT_EQ(extractor()->name(), "custom:" + extractor()->weights_hash().substr(0, 8));
  EXPECT_EQ(extractor()->distance_label(), "LPIPS-" + extractor()->name());
  EXPECT_EQ(extractor()->path_label(), "PPL-" + extractor()->name());
  auto other = tensors();
  const at::Tensor published =
      at::tensor({-.55373f, .14270f, .52896f, -.58312f, .35655f, .76566f, -.69022f, -.04802f, .48409f});
  other["features.0.weight"] = other["features.0.weight"].clone();
  other["features.0.weight"][0][0].copy_(published.reshape({3, 3}));
  other["classifier.0.bias"] = at::ones({4096});
  written(other);
  const FeatureExtractor known(path(), at::kCPU), half(path(), at::kCPU, {"", true});
  EXPECT_EQ(known.name() + known.distance_label() + known.path_label(), "vgg16LPIPSPPL");
  EXPECT_EQ(half.distance_label(), "LPIPS-vgg16-bf16");
  EXPECT_EQ(known.label("FID"), "FD-vgg16");
  written(tensors());
}

TEST_F(Vgg, WhatItCannotTake) {
  expect_error([] { extractor()->taps(at::zeros({1, 3, 15, 40})); }, "at least 16x16 pixels, got 15x40");
  expect_error([] { find_weights("vgg16", "/nonexistent"); }, "tools/convert_vgg16.py");
  auto torn = tensors();
  torn.erase("features.28.bias");
  written(torn);
  expect_error([] { FeatureExtractor(path(), at::kCPU); }, "does not hold the VGG16 network: missing features.28.bias");
  written(tensors());
}

// Pairs far apart and twice, more pictures than are held at a time: as each pair by itself.
TEST_F(Vgg, PairsAreInTheirOrderWhateverIsHeld) {
  const at::Tensor pictures = filler_images("lpips/pairs", {40, 3, 16, 16});
  const IndexPairs pairs = {{39, 0}, {3, 5}, {0, 39}, {5, 4}, {20, 21}, {7, 7}, {3, 5}};
  std::vector<int64_t> watched;
  const at::Tensor found = pair_distances(
      *extractor(), pairs, [&](int64_t i) { return pictures[i]; }, [&](int64_t done) { watched.push_back(done); });
  for (size_t p = 0; p < pairs.size(); ++p) {
    const auto [i, j] = pairs[p];
    const at::Tensor one = row_distances(*extractor(), pictures.narrow(0, i, 1), pictures.narrow(0, j, 1));
    EXPECT_EQ(found[static_cast<int64_t>(p)].item<double>(), one.item<double>());
  }
  EXPECT_EQ(watched.back(), 7);
  const auto mixed = [&](int64_t i) { return at::zeros({3, 16 + i, 16}, at::kByte); };
  expect_error(
      [&] {
        pair_distances(*extractor(), {{0, 16}}, mixed, [](int64_t) {});
      },
      "the two sides have different maps");
}

// Every picture is asked for once where all maps find room, and the distances are the same where none does.
TEST_F(Vgg, MapsAreFoundOnceWhereTheyFindRoom) {
  const at::Tensor pictures = filler_images("lpips/pairs", {24, 3, 16, 16});
  IndexPairs pairs;
  for (int64_t p = 0; p < 60; ++p) pairs.emplace_back((p * 7) % 24, (p * 11 + p / 24 + 1) % 24);
  std::vector<int> asked(24);
  const PictureAt picture = [&](int64_t i) { return ++asked[static_cast<size_t>(i)], pictures[i]; };
  const at::Tensor roomy = pair_distances(*extractor(), pairs, picture, [](int64_t) {});
  EXPECT_EQ(*std::max_element(asked.begin(), asked.end()), 1);
  const at::Tensor narrow = pair_distances(
      *extractor(), pairs, picture, [](int64_t) {}, 1);
  EXPECT_GT(*std::max_element(asked.begin(), asked.end()), 2);
  EXPECT_TRUE(at::equal(roomy, narrow));
}

}  // namespace
}  // namespace centigan
