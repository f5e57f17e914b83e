#include "centigan/compress/plan.h"

#include <gtest/gtest.h>

#include "quantised_support.h"

namespace centigan {
namespace {

QuantizedLayer plan_layer(LiteOp op, int64_t level, int64_t cin, int64_t cout) {
  QuantizedLayer q;
  q.layer = {op, "", level, cin, cout};
  q.layer.gain = op != LiteOp::kMap;
  return q;
}

// The students of the format's documentation; NOISE costs no arena, they have no demodulation.
QuantizedLite e32_small() {
  QuantizedLite model;
  model.levels = 4, model.channels = 3, model.rgb_first = 3, model.map_layers = 2, model.latent = 32, model.style = 32;
  model.layers = {plan_layer(LiteOp::kMap, 0, 32, 32),   plan_layer(LiteOp::kMap, 0, 32, 32),
                  plan_layer(LiteOp::kStart, 0, 32, 48), plan_layer(LiteOp::kConv3, 0, 48, 48),
                  plan_layer(LiteOp::kUp3, 1, 48, 48),   plan_layer(LiteOp::kUp3, 2, 48, 32),
                  plan_layer(LiteOp::kConv3, 2, 32, 32), plan_layer(LiteOp::kUp2p, 3, 32, 16),
                  plan_layer(LiteOp::kConv3, 3, 16, 16), plan_layer(LiteOp::kToRgb, 3, 16, 3)};
  return model;
}

TEST(Plan, ArenasOfTheDocumentedStudent) {
  const auto model = e32_small();
  EXPECT_EQ(arena_bytes(model, 3, 0, 1), 8592);
  EXPECT_EQ(arena_bytes(model, 3, 1, 1), 9552);
  EXPECT_EQ(arena_bytes(model, 3, 2, 1), 17584);
  EXPECT_EQ(arena_bytes(model, 3, 3, 1), 33968);
  EXPECT_EQ(arena_bytes(model, 3, 2, 2), 20656);
  EXPECT_EQ(arena_bytes(model, 3, 9, 1), arena_bytes(model, 3, 3, 1));
  EXPECT_EQ(best_handover(model), 0);
}

TEST(Plan, MacsOfTheDocumentedStudent) {
  auto model = e32_small();
  model.layers[2].layer.cin = 0;  // documented without DENSE
  EXPECT_EQ(picture_macs(model, 3), 12072960);
}

}  // namespace
}  // namespace centigan
