// From a folder to a data set: pixels, order, what is skipped, what is warned about, what stops.
#include "centigan/data/dataset.h"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "bad_files.h"
#include "centigan/core/hash.h"
#include "picture_folder.h"

namespace centigan {
namespace {

using namespace image_files;

DataConfig config_of(const std::string& path) {
  DataConfig config;
  config.path = path;
  return config;
}

// A picture of one colour step a file, so that no two are alike.
Bytes picture_number(int n) {
  return encode_png({}, [n](int x, int y, int c) { return (busy(x, y, c) + static_cast<uint32_t>(n)) & 255; });
}

void put_good(const PictureFolder& folder, int count) {
  for (int i = 0; i < count; ++i) folder.put("good" + std::to_string(i) + ".png", picture_number(i));
}

std::function<void()> opening(const DataConfig& config) {
  return [config] { open_dataset(config, 16, 3); };
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool warned(const DataReport& report, const std::string& part) {
  return std::any_of(report.warnings.begin(), report.warnings.end(), [&](const auto& w) { return has(w, part); });
}

TEST(Dataset, SmileysHaveTheirKnownPixels) {
  DataReport report;
  const auto data = open_dataset(config_of(CENTIGAN_TEST_SAMPLES), 128, 3, &report);
  ASSERT_EQ(data->size(), 100);
  EXPECT_EQ(report.used, 100);
  EXPECT_TRUE(report.skipped.empty());
  EXPECT_TRUE(report.warnings.empty());
  Sha256 hash;
  for (int64_t i = 0; i < data->size(); ++i) {
    const torch::Tensor pixels = data->image(i).permute({1, 2, 0}).contiguous();
    hash.add(pixels.const_data_ptr<uint8_t>(), static_cast<size_t>(pixels.numel()));
  }
  EXPECT_EQ(hash.hex(), "effad977ee1aaf37770e7afd646e54d14073892d733744bba8265bb67ee12a94");
  const torch::Tensor all = all_images(*data);
  EXPECT_EQ(all.sizes(), (at::IntArrayRef{100, 3, 128, 128}));
  EXPECT_TRUE(at::equal(all[7], data->image(7)));
}

TEST(Dataset, ShrinksSmileysByTheMean) {
  const auto large = open_dataset(config_of(CENTIGAN_TEST_SAMPLES), 128, 3);
  const auto small = open_dataset(config_of(CENTIGAN_TEST_SAMPLES), 32, 3);
  const torch::Tensor blocks = all_images(*large).to(at::kDouble).view({100, 3, 32, 4, 32, 4});
  const torch::Tensor means = (blocks.mean({3, 5}) + 0.5).floor();
  EXPECT_TRUE(at::equal(means.to(at::kByte), all_images(*small)));
}

// Good pictures beside every bad file: the bad ones are listed with their reasons and change nothing.
TEST(Dataset, BadFilesAreNamedAndChangeNothing) {
  PictureFolder good, mixed;
  put_good(good, 10), put_good(mixed, 10);
  size_t bad = 0;
  std::vector<std::string> expected;
  for (const auto& list : {not_pictures(), bad_pngs(), bad_jpegs(), bad_bmps()})
    for (const FileCase& c : list) {
      mixed.put("bad" + std::to_string(1000 + bad++) + ".png", c.bytes);
      expected.push_back(c.problem);
    }
  DataReport report;
  const auto data = open_dataset(config_of(mixed.path()), 16, 3, &report);
  ASSERT_EQ(report.skipped.size(), bad);
  for (size_t i = 0; i < bad; ++i) {
    EXPECT_EQ(report.skipped[i].first, "bad" + std::to_string(1000 + i) + ".png");
    EXPECT_EQ(report.skipped[i].second.substr(0, expected[i].size()), expected[i]);
  }
  EXPECT_EQ(report.used, 10);
  const auto clean = open_dataset(config_of(good.path()), 16, 3);
  EXPECT_EQ(data->fingerprint(), clean->fingerprint());
  EXPECT_TRUE(at::equal(all_images(*data), all_images(*clean)));
}

TEST(Dataset, SkippedReasonCarriesTheHint) {
  PictureFolder folder;
  put_good(folder, 8);
  folder.put("x.webp", text("RIFF\x20\x20\x20\x20WEBPVP8 "));
  DataReport report;
  open_dataset(config_of(folder.path()), 16, 3, &report);
  ASSERT_EQ(report.skipped.size(), 1u);
  EXPECT_EQ(report.skipped[0].second, "WebP is not supported; hint: convert to PNG");
}

TEST(Dataset, StrictStopsAtTheFirstBadFile) {
  PictureFolder folder;
  put_good(folder, 10);
  folder.put("b.png", text("hello"));
  folder.put("c.png", {});
  DataConfig config = config_of(folder.path());
  config.strict = true;
  test::expect_error(opening(config), "data: b.png: not an image (starts with \"hell\")\n  hint: repair or remove it");
  folder.put("a.png", jpeg_files::kCmyk);
  test::expect_error(opening(config), "data: a.png: CMYK JPEG is not supported\n  hint: convert to RGB");
}

TEST(Dataset, NoPictures) {
  PictureFolder folder;
  folder.put("README.md", text("nothing here"));
  test::expect_error(opening(config_of(folder.path())), "the folder holds no pictures");
}

TEST(Dataset, TooFewPictures) {
  PictureFolder folder;
  put_good(folder, 1);
  test::expect_error(opening(config_of(folder.path())), "only 1 picture is usable, and 0 files were skipped");
  put_good(folder, 7);
  DataReport report;
  EXPECT_EQ(open_dataset(config_of(folder.path()), 16, 3, &report)->size(), 7);
  EXPECT_TRUE(warned(report, "only 7 pictures"));
  folder.put("bad.png", {});
  test::expect_error(opening(config_of(folder.path())), "only 7 pictures are usable, and 1 file was skipped");
  put_good(folder, 8);
  EXPECT_EQ(open_dataset(config_of(folder.path()), 16, 3)->size(), 8);
}

TEST(Dataset, UnreadableFolder) {
  test::expect_error(opening(config_of("/dev/null/x")), "data: /dev/null/x: the folder cannot be read: Not a");
}

TEST(Dataset, UnknownWordsAreUsageErrors) {
  PictureFolder folder;
  put_good(folder, 2);
  const auto expect = [&](auto change, const std::string& text) {
    DataConfig config = config_of(folder.path());
    change(config);
    test::expect_error(opening(config), text, ExitCode::kUsage);
  };
  expect([](auto& c) { c.fit = "crpo"; },
         "data.fit: \"crpo\" is not one of crop, pad, stretch\n  hint: did you mean crop?");
  expect([](auto& c) { c.resize_filter = "x"; }, "data.resize_filter: \"x\" is not one of");
  expect([](auto& c) { c.exif = "x"; }, "data.exif: \"x\" is not one of");
  expect([](auto& c) { c.alpha = "blue"; }, "\"blue\" is no background");
  expect([](auto& c) { c.max_pixels = 0; }, "0 is below 64 pixels");
  const auto no_size = [&] { open_dataset(config_of(folder.path()), 0, 3); };
  test::expect_error(no_size, "pictures are made 1 to 4096 pixels a side", ExitCode::kUsage);
}

TEST(Dataset, OddFilesAreUsedAndSummedUp) {
  PictureFolder folder;
  put_good(folder, 2);
  folder.put("alpha1.png", encode_png(sized_png(16, 16, 6), busy));
  folder.put("alpha2.png", encode_png(sized_png(16, 16, 4), busy));
  folder.put("deep.png", encode_png(sized_png(16, 16, 0, 16), busy));
  folder.put("turned.jpg", jpeg_files::kTurned);
  folder.put("named.jpg", picture_number(77));
  folder.put("copy.png", picture_number(1));
  folder.put("tiny.png", encode_png(sized_png(9, 9), busy));
  DataReport report;
  EXPECT_EQ(open_dataset(config_of(folder.path()), 16, 3, &report)->size(), 9);
  EXPECT_TRUE(warned(report, "2 images had alpha, flattened on white"));
  EXPECT_TRUE(warned(report, "1 image had 16 bits a channel"));
  EXPECT_TRUE(warned(report, "1 image carries a rotation flag that is ignored"));
  EXPECT_TRUE(warned(report, "named.jpg is a PNG, not a JPEG"));
  EXPECT_TRUE(warned(report, "1 image is an exact copy of another (good1.png of copy.png)"));
  EXPECT_TRUE(warned(report, "1 image is not square and was cropped to the centre"));
  EXPECT_TRUE(warned(report, "2 images are smaller than 16x16 and were enlarged"));
  EXPECT_EQ(report.warnings.size(), 7u);
}

TEST(Dataset, ExifIsAppliedWhenAsked) {
  PictureFolder folder;
  folder.put("a.jpg", jpeg_files::kTurned);
  folder.put("b.jpg", jpeg_files::kBaseline);
  DataConfig config = config_of(folder.path());
  EXPECT_EQ(native_images(config)[0].sizes(), (at::IntArrayRef{3, 13, 21}));
  config.exif = "rotate";
  DataReport report;
  EXPECT_EQ(native_images(config, &report)[0].sizes(), (at::IntArrayRef{3, 21, 13}));
  EXPECT_TRUE(warned(report, "rotation flag that was applied"));
  EXPECT_EQ(native_images(config)[1].sizes(), (at::IntArrayRef{3, 13, 21}));
}

TEST(Dataset, StrangeNamesAreUsedAndShownEscaped) {
  PictureFolder folder;
  const std::vector<std::string> names = {
      "new\nline.png", "-dash.png",     "sp ace.png",   "quo'te\".png",
      "\xff\xfe.png",  "e\xcc\x81.png", "\xc3\xa9.png", std::string(251, 'n') + ".png"};
  for (size_t i = 0; i < names.size(); ++i) folder.put(names[i], picture_number(static_cast<int>(i)));
  folder.put("bad\n2026 forged", text("hello"));
  DataReport report;
  const auto data = open_dataset(config_of(folder.path()), 16, 3, &report);
  EXPECT_EQ(data->size(), 8);
  ASSERT_EQ(report.skipped.size(), 1u);
  EXPECT_EQ(report.skipped[0].first, "bad\\x0a2026 forged");
}

TEST(Dataset, LinksAndSpecialFilesAreReported) {
  PictureFolder folder;
  put_good(folder, 8);
  ASSERT_EQ(mkfifo((folder / "fifo.png").c_str(), 0600), 0);
  std::filesystem::create_directory_symlink(".", folder / "again");
  DataReport report;
  EXPECT_EQ(open_dataset(config_of(folder.path()), 16, 3, &report)->size(), 8);
  EXPECT_TRUE(warned(report, "1 link to a folder was not entered"));
  ASSERT_EQ(report.skipped.size(), 1u);
  EXPECT_EQ(report.skipped[0].second, "is a FIFO, not a file");
}

TEST(Dataset, PicturesThatAreNotSquare) {
  PictureFolder folder;
  put_good(folder, 8);
  DataReport report;
  const auto data = open_dataset(config_of(folder.path()), PictureSize(16, 24), 3, &report);
  EXPECT_EQ(data->image(0).sizes(), (at::IntArrayRef{3, 16, 24}));
  EXPECT_EQ(data->height(), 16);
  EXPECT_EQ(data->width(), 24);
  EXPECT_TRUE(warned(report, "8 images are not of the shape 24x16 and were cropped to the centre"));
}

TEST(Dataset, ChannelsAndFingerprint) {
  PictureFolder folder;
  put_good(folder, 3);
  for (const int64_t channels : {1, 3, 4}) {
    const auto data = open_dataset(config_of(folder.path()), 8, channels);
    EXPECT_EQ(data->image(2).sizes(), (at::IntArrayRef{channels, 8, 8}));
    EXPECT_EQ(data->name(2), "good2.png");
    EXPECT_EQ(data->classes(), 0);
  }
  const std::string before = open_dataset(config_of(folder.path()), 16, 3)->fingerprint();
  EXPECT_EQ(before.size(), 64u);
  EXPECT_EQ(before, open_dataset(config_of(folder.path()), 16, 3)->fingerprint());
  folder.put("good2.png", picture_number(9));
  const std::string other_pixels = open_dataset(config_of(folder.path()), 16, 3)->fingerprint();
  EXPECT_NE(before, other_pixels);
  std::filesystem::rename(folder / "good2.png", folder / "good3.png");
  EXPECT_NE(other_pixels, open_dataset(config_of(folder.path()), 16, 3)->fingerprint());
}

}  // namespace
}  // namespace centigan
