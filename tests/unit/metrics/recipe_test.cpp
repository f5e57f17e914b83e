#include "centigan/metrics/recipe.h"

#include <gtest/gtest.h>

#include "metrics_testing.h"

namespace centigan {
namespace {

constexpr const char* kExample =
    "FID[inception-2015-12-05/b7bd1d80;rs=tf1;n=100:5000;ref=train;src=jpeg:gen8;res=256x256;ddof=1;seed=0;psi=1;ema=1;"
    "v=1]=31.4159";

TEST(Recipe, ReadsItsParts) {
  const Recipe r = parse_recipe(kExample);
  EXPECT_EQ(r.metric, "FID");
  EXPECT_EQ(r.extractor, "inception-2015-12-05");
  EXPECT_EQ(r.hash, "b7bd1d80");
  EXPECT_EQ(r.real_count, 100);
  EXPECT_EQ(r.fake_count, 5000);
  EXPECT_EQ(r.real_source, "jpeg");
  EXPECT_EQ(r.resolution, "256x256");
  EXPECT_EQ(r.value, 31.4159);
}

TEST(Recipe, PrintsBackTheSameText) {
  EXPECT_EQ(recipe_text(parse_recipe(kExample)), kExample);
  Recipe r;
  r.metric = "KID-sub(100x50)", r.extractor = "custom:0123abcd", r.psi = 0.7, r.ema = false, r.value = 1.0 / 3;
  const std::string text = recipe_text(r);
  EXPECT_EQ(recipe_text(parse_recipe(text)), text);
  r.value = 123456789.0;
  EXPECT_EQ(recipe_text(parse_recipe(recipe_text(r))), recipe_text(r));
}

TEST(Recipe, RefusesEverythingElse) {
  const std::string good = kExample;
  for (size_t cut = 0; cut < good.size() - 7; ++cut) {
    expect_error([&] { parse_recipe(good.substr(0, cut)); }, "is not the recipe of a number");
  }
  std::string other = good;
  other.replace(other.find("ema=1"), 5, "ema=2");
  expect_error([&] { parse_recipe(other); }, "is not the recipe of a number");
}

TEST(Recipe, ComparesOnlyLikeWithLike) {
  const Recipe a = parse_recipe(kExample);
  Recipe b = a;
  b.seed = 7, b.value = 1;
  EXPECT_TRUE(comparable(a, b));
  b.fake_count = 500;
  EXPECT_FALSE(comparable(a, b));
}

TEST(Recipe, NamesOfJsonLinesAndUnknownNumbersOfPictures) {
  EXPECT_EQ(metric_key("FID"), "fid");
  EXPECT_EQ(metric_key("precision(k=3)"), "precision");
  EXPECT_EQ(metric_key("FD-effnetlite0"), "fd-effnetlite0");
  Recipe r = parse_recipe(kExample);
  r.real_count = -1;
  EXPECT_NE(recipe_text(r).find(";n=?:"), std::string::npos);
  EXPECT_EQ(parse_recipe(recipe_text(r)).real_count, -1);
}

TEST(Recipe, ReservesTheNameFid) {
  EXPECT_EQ(frechet_label("inception-2015-12-05"), "FID");
  EXPECT_EQ(frechet_label("custom:0123abcd"), "FD-custom:0123abcd");
}

}  // namespace
}  // namespace centigan
