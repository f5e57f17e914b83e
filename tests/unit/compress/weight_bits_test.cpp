#include "centigan/compress/weight_bits.h"

#include <gtest/gtest.h>

#include "centigan/compress/plan.h"
#include "centigan/core/error.h"
#include "lite_support.h"

namespace centigan {
namespace {

using lite_test::tiny_config;

// Rows of tiny_config(16): map0, map1, start, b4_conv0, b8_up, b8_conv0, b8_rgb, b16_up, b16_conv0, b16_rgb.
std::vector<LayerSensitivity> insensitive(size_t layers) {
  return std::vector<LayerSensitivity>(layers, LayerSensitivity{0.1, 0.1, 0.1});
}

TEST(WeightBits, TheCheapestByteGoesFirst) {
  const QuantizedLite plan = lite_plan(tiny_config(16));
  const int64_t bytes = file_bytes(plan);
  auto layers = insensitive(plan.layers.size());
  for (auto& layer : layers) layer.bits6 = 0.2, layer.bits4 = 0.9;
  layers[3].bits6 = layers[3].bits4 = 0.1001;  // 12 x 12 x 9 weights that nobody misses
  const BitChoice choice = choose_weight_bits(plan, layers, bytes - 600);
  for (size_t row = 0; row < choice.bits.size(); ++row) EXPECT_EQ(choice.bits[row], row == 3 ? 4 : 8) << row;
  EXPECT_EQ(choice.file_bytes, bytes - 12 * (108 - 56));  // filters of 108 elements: 108 bytes, in 4 bits 56
}

TEST(WeightBits, EveryBudgetIsMetAndUsed) {
  const QuantizedLite plan = lite_plan(tiny_config(32));
  auto layers = insensitive(plan.layers.size());
  for (size_t row = 0; row < layers.size(); ++row)
    layers[row].bits6 += 0.01 * static_cast<double>(row % 4), layers[row].bits4 += 0.07 * static_cast<double>(row % 5);
  const int64_t most = file_bytes(plan), least = file_bytes(packed(plan));
  double first = -1.0, last = 0.0;
  for (int64_t budget = most; budget >= least; budget -= 97) {
    const BitChoice choice = choose_weight_bits(plan, layers, budget);
    QuantizedLite chosen = plan;
    for (size_t row = 0; row < choice.bits.size(); ++row) chosen.layers[row].weight_bits = choice.bits[row];
    EXPECT_EQ(file_bytes(chosen), choice.file_bytes);
    EXPECT_LE(choice.file_bytes, budget);
    double loss = 0.0;
    for (size_t row = 0; row < choice.bits.size(); ++row) loss += layers[row].at(choice.bits[row]) - 0.1;
    if (budget == most) first = loss;
    last = loss;
  }
  EXPECT_EQ(first, 0.0);
  EXPECT_GT(last, 0.3);
  EXPECT_EQ(choose_weight_bits(plan, layers, least).file_bytes, least);
}

TEST(WeightBits, WhatIsOutOfReachIsSaid) {
  const QuantizedLite plan = lite_plan(tiny_config(16));
  const int64_t least = file_bytes(packed(plan));
  try {
    choose_weight_bits(plan, insensitive(plan.layers.size()), least - 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("with 4 bits a weight the file has " + std::to_string(least)),
              std::string::npos)
        << error.what();
  }
}

TEST(WeightBits, SensitivityIsMeasuredAndLeavesBytes) {
  auto config = tiny_config(16);
  config.lite.quant.calibration = 64;
  LiteGenerator teacher(config, 3);
  lite_test::stir(teacher);
  LiteStudent student(config);
  student.adopt(teacher, 1);
  const auto before = student.freeze("x");
  const auto layers = weight_sensitivity(student, teacher, 5, 32);
  ASSERT_EQ(layers.size(), 10u);
  int worse = 0;
  for (size_t row = 0; row < layers.size(); ++row) {
    const bool packs = lite_packs(student.units()[row]->layer);
    EXPECT_TRUE(packs || layers[row].bits4 == layers[row].bits8);
    worse += packs && layers[row].bits4 > layers[row].bits6 && layers[row].bits6 > 0.9 * layers[row].bits8;
    EXPECT_EQ(layers[row].bits8, layers[0].bits8);
  }
  EXPECT_EQ(worse, 8);
  const auto after = student.freeze("x");
  for (size_t row = 0; row < layers.size(); ++row) {
    EXPECT_TRUE(at::equal(before.layers[row].weight, after.layers[row].weight));
    EXPECT_TRUE(at::equal(before.layers[row].mult, after.layers[row].mult));
  }
  const auto table = bit_table(
      lite_plan(config), choose_weight_bits(lite_plan(config), layers, file_bytes(packed(lite_plan(config)))), layers);
  EXPECT_EQ(table.size(), 12u);
  EXPECT_EQ(table[4].substr(0, 18), "b4_conv0        4 ") << table[4];
}

}  // namespace
}  // namespace centigan
