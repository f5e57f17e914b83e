#include "centigan/compress/prune.h"

#include <gtest/gtest.h>

#include "lite_support.h"

namespace centigan {
namespace {

using lite_test::tiny_config;

constexpr int64_t kFewProbes = 3;

at::Tensor pictures(LiteGenerator& generator) {
  const at::NoGradGuard no_grad;
  const auto z = lite_test::normal("z", {6, 12});
  const auto c = generator.shape().c_dim > 0 ? lite_test::one_hot({0, 1, 2, 0, 1, 2}) : at::Tensor();
  return generator.forward(z, c, 1.0, {});
}

ModelConfig smaller(ModelConfig config) {
  for (int64_t& width : config.lite.widths) width -= 2;
  config.lite.w_dim = 9;
  return config;
}

// Channels that nobody reads: two of every map, three of the style.
void silence(LiteGenerator& generator) {
  const at::NoGradGuard no_grad;
  at::Tensor silent, style;
  for (const LiteUnit& unit : generator.units()) {
    const LiteLayer& layer = unit->layer;
    if (layer.name == "map1") style = at::tensor({1, 5, 11}, at::kLong);
    if (layer.gain) unit->gain_weight.index_fill_(1, style, 0);
    if (layer.dense()) unit->weight.index_fill_(1, style, 0);
    if (silent.defined() && unit->weight.defined()) unit->weight.index_fill_(1, silent, 0);
    if (layer.name == "map0") silent = at::tensor({0, 6, 7}, at::kLong);
    if (layer.name == "map1") silent = at::Tensor();
    if (layer.makes_map()) silent = at::tensor({int64_t{0}, layer.cout - 2}, at::kLong);
  }
}

TEST(Prune, WhatNobodyReadsIsCutWithoutATrace) {
  for (auto config : {tiny_config(32), lite_test::with_classes(tiny_config(16))}) {
    config.lite.start_dense = config.resolution == 16;
    LiteGenerator teacher(config, 3);
    lite_test::stir(teacher);
    silence(teacher);
    const auto student = pruned(teacher, smaller(config), 1, kFewProbes);
    EXPECT_EQ(student->units()[3]->weight.sizes(), (std::vector<int64_t>{10, 10, 3, 3}));
    EXPECT_LT((pictures(teacher) - pictures(*student)).abs().max().item<double>(), 2e-4);
  }
}

TEST(Prune, NothingToCutIsACopy) {
  LiteGenerator teacher(tiny_config(16, true), 3);
  lite_test::stir(teacher);
  const auto student = pruned(teacher, tiny_config(16, true), 1, kFewProbes);
  const auto wanted = teacher.named_parameters(), got = student->named_parameters();
  for (const auto& item : wanted) EXPECT_LT((item.value() - got[item.key()]).abs().max().item<double>(), 1e-5);
}

// Half as many channels chosen by their response draw nearer to the teacher than the other half.
TEST(Prune, TheStrongestChannelsStay) {
  const auto config = tiny_config(16);
  LiteGenerator teacher(config, 3);
  lite_test::stir(teacher);
  const auto responses = channel_responses(teacher, 1, kFewProbes);
  EXPECT_FALSE(responses.back().defined());
  {
    const at::NoGradGuard no_grad;
    for (const size_t reader : {6, 7})
      teacher.units()[reader]->weight.slice(1, 0, 5).mul_(10);  // of b8_conv0's channels
  }
  const auto moved = channel_responses(teacher, 1, kFewProbes)[5];
  EXPECT_EQ(moved.size(0), 10);
  EXPECT_GT(moved.slice(0, 0, 5).sum().item<double>(), 10 * moved.slice(0, 5).sum().item<double>());
  EXPECT_TRUE(at::equal(moved, channel_responses(teacher, 1, kFewProbes)[5]));
}

TEST(Prune, ObstaclesAreNamed) {
  const auto config = tiny_config(32);
  EXPECT_EQ(prune_obstacle(config, smaller(config)), "");
  const auto obstacle = [&](auto change) {
    auto other = smaller(config);
    change(other.lite);
    return prune_obstacle(config, other);
  };
  EXPECT_EQ(obstacle([](auto& l) { l.level_convs = {1, 0, 1}; }), "the layers differ from b16_rgb on");
  EXPECT_EQ(obstacle([](auto& l) { l.widths[2] = 40; }), "b16_up is wider than the teacher's");
  EXPECT_EQ(obstacle([](auto& l) { l.demodulate = false; }), "only one of both demodulates");
  EXPECT_EQ(obstacle([](auto& l) { l.start_dense = false; }), "only one of both has start_dense");
  EXPECT_EQ(obstacle([](auto& l) { l.z_dim = 5; }), "latent or embedding have another size");
  EXPECT_EQ(obstacle([](auto& l) { l.rgb_first = 2; }), "the layers differ from b16_up on");
  auto other = config;
  other.family = "stylegan2";
  EXPECT_EQ(prune_obstacle(other, config), "the teacher is no lite generator in floats");
}

}  // namespace
}  // namespace centigan
