#include <gtest/gtest.h>

#include "centigan/compress/distill.h"
#include "centigan/core/error.h"
#include "quantised_support.h"

namespace centigan {
namespace {

TEST(Saturation, IsReportedAndLimited) {
  auto model = compress_test::quantised(lite_test::tiny_config(16));
  const auto shares = check_saturation(model, 16);
  ASSERT_EQ(shares.size(), 8u);
  EXPECT_EQ(shares.front().first, "map0");
  EXPECT_EQ(shares.back().first, "b16_conv0");
  model.layers[3].mult.mul_(20);
  try {
    check_saturation(model, 16);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("distill: b4_conv0: cuts off "), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace centigan
