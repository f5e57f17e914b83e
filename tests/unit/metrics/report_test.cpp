#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "centigan/core/image.h"
#include "centigan/metrics/chart.h"
#include "centigan/metrics/pixel_vectors.h"
#include "centigan/metrics/report_page.h"

namespace centigan {
namespace {

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

using Ticks = std::vector<double>;

TEST(Ticks, AreRoundAndLieInside) {
  EXPECT_EQ(round_ticks(0, 100, 5), (Ticks{0, 20, 40, 60, 80, 100}));
  EXPECT_EQ(round_ticks(-1.2, 0.9, 2), (Ticks{0}));
  EXPECT_EQ(round_ticks(3, 3, 4), Ticks{});
  EXPECT_EQ(round_ticks(0, std::nan(""), 4), Ticks{});
  const Ticks small = round_ticks(0.00013, 0.00091, 4);
  ASSERT_EQ(small.size(), 4u);
  EXPECT_DOUBLE_EQ(small[0], 0.0002);
}

TEST(ReadableNumber, IsShortAndPlain) {
  EXPECT_EQ(readable_number(0.59517718), "0.5952");
  EXPECT_EQ(readable_number(153.90021), "153.9");
  EXPECT_EQ(readable_number(12.80), "12.8");
  EXPECT_EQ(readable_number(1234567, 12), "1\u2009234\u2009567");
  EXPECT_EQ(readable_number(1234), "1234");
  EXPECT_EQ(readable_number(-0.5), "−0.5");
  EXPECT_EQ(readable_number(1.5e-7, 2), "1.5e-07");
  EXPECT_EQ(readable_number(std::nan("")), "n/a");
}

TEST(Chart, HasLinesLegendAndTicks) {
  Chart chart{"Scores <of D>", "kimg", {{"real", {{0, 1}, {1, 2}, {2, 1.5}}}, {"fake", {{0, -1}, {1, -2}}}}, false};
  const std::string svg = chart_figure(chart);
  EXPECT_EQ(count_of(svg, "<path class=\"line"), 2u);
  EXPECT_NE(svg.find("Scores &lt;of D&gt;"), std::string::npos);
  EXPECT_NE(svg.find("real <b>1.5</b>"), std::string::npos);
  EXPECT_NE(svg.find(">2\u00a0kimg</text>"), std::string::npos);
  EXPECT_EQ(svg.find("outside the scale"), std::string::npos);
  EXPECT_EQ(svg, chart_figure(chart));
}

TEST(Chart, GapsStayGapsAndManyPointsBecomeFew) {
  Chart chart{"a", "kimg", {{"x", {{0, 1}, {1, std::nan("")}, {2, 3}, {3, 4}}}}, false};
  EXPECT_EQ(count_of(chart_figure(chart).substr(chart_figure(chart).find("class=\"line")), "M"), 2u);
  chart.lines[0].points.clear();
  for (int i = 0; i < 5000; ++i) chart.lines[0].points.emplace_back(i, i % 7);
  const std::string svg = chart_figure(chart), line = svg.substr(svg.find("class=\"line"));
  EXPECT_LE(count_of(line, "L"), 300u);
  EXPECT_GE(count_of(line, "L"), 200u);
}

TEST(Chart, AFewWildValuesDoNotFlattenTheRest) {
  Chart chart{"a", "kimg", {{"x", {}}}, false};
  for (int i = 0; i < 200; ++i) chart.lines[0].points.emplace_back(i, i == 3 ? 1e6 : 1 + 0.01 * (i % 10));
  EXPECT_NE(chart_figure(chart).find("outside the scale"), std::string::npos);
  EXPECT_EQ(chart_figure(chart).find(">1\u2009000\u2009000<"), std::string::npos);
}

TEST(Chart, WithoutANumberThereIsNone) {
  EXPECT_EQ(chart_figure({"a", "kimg", {}, false}), "");
  EXPECT_EQ(chart_figure({"a", "kimg", {{"x", {{0, std::nan("")}}}}, false}), "");
  EXPECT_NE(chart_figure({"a", "kimg", {{"x", {{5, 7}}}}, false}).find("<circle"), std::string::npos);
}

TEST(ReportPage, StandsAloneAndKeepsForeignTextText) {
  ReportPage page{"<script>alert(1)</script>",
                  "sub",
                  7,
                  {{"a", "b", "\"c\""}},
                  {{"one", "One", "<p>x</p>"}, {"none", "None", ""}},
                  "end"};
  const std::string html = page_html(page);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("<meta http-equiv=\"refresh\" content=\"7\">"), std::string::npos);
  EXPECT_NE(html.find("<section id=\"one\">"), std::string::npos);
  EXPECT_EQ(html.find("id=\"none\""), std::string::npos);
  EXPECT_NE(html.find("name=\"viewport\""), std::string::npos);
  for (const char* foreign : {"http://", "https://", "url(", "@import", "src=\"/"})
    EXPECT_EQ(html.find(foreign), std::string::npos) << foreign;
  page.refresh_seconds = 0;
  EXPECT_EQ(page_html(page).find("http-equiv"), std::string::npos);
}

TEST(ReportPage, PicturesHaveSizesNamesAndWholeEnlargement) {
  const std::string png = png_bytes(at::zeros({3, 20, 100}, at::kByte));
  const std::string html = picture_figure({png, "what it \"shows\"", "caption", {"a", "b"}});
  EXPECT_NE(html.find("width=\"300\" height=\"60\" alt=\"what it &quot;shows&quot;\""), std::string::npos);
  EXPECT_EQ(count_of(html, "<li>"), 2u);
  EXPECT_NE(html.find("data:image/png;base64,iVBORw0KGgo"), std::string::npos);
  EXPECT_NE(picture_figure({"nothing", "Samples", ""}).find("cannot be read"), std::string::npos);
}

TEST(NearDuplicates, EqualMirroredAndNearlyEqualPicturesAreFound) {
  at::Tensor pictures = at::arange(6 * 3 * 48 * 48, at::kLong)
                            .mul(2654435761)
                            .remainder(4294967296)
                            .div(16777216, "floor")
                            .to(at::kByte)
                            .reshape({6, 3, 48, 48});
  pictures[3].copy_(pictures[0]);
  pictures[4].copy_(pictures[1].flip({2}));
  pictures[5].copy_((pictures[2].to(at::kInt) + 3).clamp(0, 255).to(at::kByte));
  const auto pairs = near_duplicates(pixel_vectors(pictures), pixel_vectors(pictures, true));
  ASSERT_EQ(pairs.size(), 3u);
  std::vector<std::pair<int64_t, int64_t>> found;
  for (const auto& pair : pairs) found.emplace_back(pair.first, pair.second);
  EXPECT_EQ(found, (std::vector<std::pair<int64_t, int64_t>>{{0, 3}, {1, 4}, {2, 5}}));
  EXPECT_EQ(pairs[0].difference, 0);
  EXPECT_FALSE(pairs[0].mirrored);
  EXPECT_TRUE(pairs[1].mirrored);
  EXPECT_NEAR(pairs[2].difference, 3.0 / 255, 1e-3);
  EXPECT_EQ(near_duplicates(pixel_vectors(pictures), {}).size(), 2u);
  EXPECT_EQ(near_duplicates(pixel_vectors(pictures), {}, 0.001).size(), 1u);
}

TEST(NearDuplicates, ASymmetricCopyIsOnePair) {
  at::Tensor pictures = at::full({2, 3, 32, 32}, 90, at::kByte);
  EXPECT_EQ(near_duplicates(pixel_vectors(pictures), pixel_vectors(pictures, true)).size(), 1u);
}

}  // namespace
}  // namespace centigan
