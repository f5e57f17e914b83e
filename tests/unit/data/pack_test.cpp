// Packs: what goes in comes out, the same pictures in memory and from the file, and damage that is always found.
#include "centigan/data/pack.h"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "centigan/data/survey.h"
#include "fuzz/pack_bodies.h"
#include "picture_folder.h"

namespace centigan {
namespace {

using namespace image_files;

DataConfig set_at(const std::string& path, int64_t memory = 1024) {
  DataConfig config;
  config.path = path, config.memory = memory;
  return config;
}

// 30 pictures of 16 px in two classes.
void put_thirty(const PictureFolder& folder) {
  for (int n = 0; n < 30; ++n)
    folder.put((n % 3 ? "many/" : "few/") + std::to_string(n) + ".png", encode_png({}, [n](int x, int y, int c) {
                 return static_cast<uint32_t>(x * 7 + y * 13 + c * 5 + n * 3) & 255;
               }));
}

int64_t pack16(const DataConfig& config, const std::string& out, DataReport* report = nullptr) {
  return write_pack(
      config, 0, 3, out, [](int64_t, int64_t) {}, report);
}

Bytes file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(Pack, IsTheFolderThatItWasMadeOf) {
  PictureFolder folder, packs;
  put_thirty(folder);
  folder.put("few/broken.png", text("no picture"));
  DataReport report;
  EXPECT_EQ(pack16(set_at(folder.path()), packs / "set.h5", &report), 30);
  EXPECT_EQ(report.skipped.size(), 1u);
  EXPECT_EQ(packs.names(), std::vector<std::string>{"set.h5"});
  const auto plain = open_dataset(set_at(folder.path()), 16, 3);
  for (const int64_t memory : {1024, -1}) {
    const auto packed = open_dataset(set_at(packs / "set.h5", memory), 16, 3);
    EXPECT_EQ(packed->streams(), memory < 0);
    EXPECT_EQ(packed->fingerprint(), plain->fingerprint());
    EXPECT_EQ(packed->class_names(), plain->class_names());
    EXPECT_EQ(picture_list(*packed), picture_list(*plain));
    EXPECT_TRUE(at::equal(all_images(*packed), all_images(*plain)));
    for (int64_t i = 0; i < 30; ++i) EXPECT_EQ(packed->label(i), plain->label(i));
    EXPECT_TRUE(at::equal(Sampler(*packed, 7, true).images(20, 50), Sampler(*plain, 7, true).images(20, 50)));
  }
  DataConfig none = set_at(packs / "set.h5");
  none.labels = "none";
  EXPECT_EQ(open_dataset(none, 16, 3)->classes(), 0);
  none.labels = "folders";
  test::expect_error([&] { open_dataset(none, 16, 3); }, "folders is not for a pack", ExitCode::kUsage);
  const PictureSurvey survey = survey_pictures(set_at(packs / "set.h5"));
  EXPECT_EQ(survey.pictures, 30);
  EXPECT_EQ(survey.width, 16);
}

TEST(Pack, PartsAndOtherSizesDoNotDependOnMemory) {
  PictureFolder folder, packs;
  put_thirty(folder);
  pack16(set_at(folder.path()), packs / "set.h5");
  DataConfig held = set_at(packs / "set.h5"), streamed = set_at(packs / "set.h5", -1), plain = set_at(folder.path());
  for (DataConfig* config : {&held, &streamed, &plain}) config->subset = "20", config->holdout = "25%";
  const auto opened = [](const DataConfig& config, int64_t size) {
    return split_holdout(open_dataset(config, size, size == 24 ? 1 : 3), config);
  };
  for (const int64_t size : {16, 8, 24}) {
    const DataSplit a = opened(held, size), b = opened(streamed, size), c = opened(plain, size);
    EXPECT_FALSE(a.training->streams());
    EXPECT_TRUE(b.training->streams());
    EXPECT_EQ(a.training->fingerprint(), b.training->fingerprint());
    EXPECT_NE(a.training->fingerprint(), a.holdout->fingerprint());
    EXPECT_TRUE(at::equal(all_images(*a.training), all_images(*b.training)));
    EXPECT_TRUE(at::equal(all_images(*a.training), all_images(*c.training)));
    EXPECT_TRUE(at::equal(all_images(*a.holdout), all_images(*c.holdout)));
  }
}

TEST(Pack, SizesAreAskedForOrCommon) {
  PictureFolder folder, packs;
  put_thirty(folder);
  PngSpec wide;
  wide.width = 20;
  folder.put("few/wide.png", encode_png(wide, [](int x, int, int) { return x & 255; }));
  test::expect_error([&] { pack16(set_at(folder.path()), packs / "set.h5"); },
                     "the pictures have several sizes, such as 16x16 and 20x16", ExitCode::kUsage);
  write_pack(set_at(folder.path()), PictureSize(8, 12), 1, packs / "set.h5", [](int64_t, int64_t) {});
  const auto set = open_pack(packs / "set.h5");
  EXPECT_EQ(set->image(0).sizes(), (at::IntArrayRef{1, 8, 12}));
  EXPECT_TRUE(at::equal(all_images(*set), all_images(*open_dataset(set_at(folder.path()), PictureSize(8, 12), 1))));
  test::expect_error([&] { pack16(set_at(packs / "set.h5"), packs / "again.h5"); }, "is a pack already",
                     ExitCode::kUsage);
}

TEST(Pack, WhatEndsTheWorkLeavesTheOldFile) {
  PictureFolder folder, packs;
  put_thirty(folder);
  pack16(set_at(folder.path()), packs / "set.h5");
  const Bytes before = file_bytes(packs / "set.h5");
  const auto stop = [](int64_t, int64_t) { throw std::runtime_error("enough"); };
  EXPECT_THROW(write_pack(set_at(folder.path()), 8, 3, packs / "set.h5", stop), std::runtime_error);
  EXPECT_EQ(packs.names(), std::vector<std::string>{"set.h5"});
  EXPECT_EQ(file_bytes(packs / "set.h5"), before);
  test::expect_error([&] { pack16(set_at(folder.path()), packs / "nowhere/set.h5"); }, "nowhere");
}

// Opens the file and reads all of it; false: an Error.
bool reads(const std::string& path) {
  try {
    const auto set = open_dataset(set_at(path, -1), 16, 3);
    for (int64_t i = 0; i < set->size(); ++i) set->image(i);
    return true;
  } catch (const Error&) {
    return false;
  }
}

TEST(Pack, EveryCutAndEveryFlippedBitThatMattersIsFound) {
  PictureFolder folder, packs;
  put_thirty(folder);
  pack16(set_at(folder.path()), packs / "set.h5");
  const Bytes whole = file_bytes(packs / "set.h5");
  const auto good = open_dataset(set_at(packs / "set.h5"), 16, 3);
  const torch::Tensor pixels = all_images(*good);
  for (const size_t size : {size_t{0}, size_t{8}, size_t{511}, size_t{512}, whole.size() / 2, whole.size() - 1}) {
    packs.put("cut.h5", Bytes(whole.begin(), whole.begin() + static_cast<int64_t>(size)));
    EXPECT_FALSE(reads(packs / "cut.h5")) << size;
  }
  uint32_t state = 11;
  const auto next = [&](size_t bound) { return ((state = state * 1664525 + 1013904223) >> 8) % bound; };
  int found = 0;
  for (int i = 0; i < 300; ++i) {
    Bytes damaged = whole;
    damaged[i < 64 ? static_cast<size_t>(i) : next(whole.size())] ^= static_cast<uint8_t>(1 << next(8));
    packs.put("bad.h5", damaged);
    const bool passed = reads(packs / "bad.h5");
    found += !passed;
    EXPECT_FALSE(passed && i < 64) << i;  // the head
    EXPECT_TRUE(!passed || at::equal(all_images(*open_dataset(set_at(packs / "bad.h5"), 16, 3)), pixels)) << i;
  }
  EXPECT_GT(found, 64 + 40);  // the rest is room that HDF5 keeps for itself
}

TEST(Pack, DamageIsASentenceThatNamesIt) {
  PictureFolder folder, packs;
  put_thirty(folder);
  pack16(set_at(folder.path()), packs / "set.h5");
  Bytes whole = file_bytes(packs / "set.h5");
  const auto refused = [&](const Bytes& bytes, const std::string& what) {
    packs.put("bad.h5", bytes);
    test::expect_error(
        [&] {
          const auto set = open_dataset(set_at(packs / "bad.h5", -1), 16, 3);
          all_images(*set);
        },
        what);
  };
  refused(Bytes(whole.begin(), whole.end() - 1), "length differs (stored ");
  Bytes other = whole;
  other[8] = 9;
  refused(other, "format version 9 is not known");
  other = whole, other.back() ^= 1;
  refused(other, "checksum of its index differs");
  const std::string name = "few/12.png";
  other = whole, *std::search(other.begin(), other.end(), name.begin(), name.end()) = 'F';
  refused(other, "checksum of its names, labels or hashes differs");
  const torch::Tensor picture = open_pack(packs / "set.h5")->image(3);
  const uint8_t* first = picture.const_data_ptr<uint8_t>();
  other = whole, *std::search(other.begin(), other.end(), first, first + 768) ^= 1;
  refused(other, "picture 3 (few/");
}

TEST(Pack, AnyIndexEndsInWordsOrPlacesInsideOfTheFile) {
  PictureFolder folder, packs;
  put_thirty(folder);
  pack16(set_at(folder.path()), packs / "set.h5");
  const Bytes whole = file_bytes(packs / "set.h5");
  uint32_t state = 2;
  const auto next = [&](size_t bound) { return ((state = state * 1664525 + 1013904223) >> 8) % bound; };
  for (int i = 0; i < 4000; ++i) {
    Bytes damaged = whole;
    for (size_t flips = 1 + next(4); flips > 0; --flips)
      damaged[damaged.size() - 1 - next(360)] ^= static_cast<uint8_t>(1 << next(8));
    fuzz::pack(damaged.data(), damaged.size());
  }
}

}  // namespace
}  // namespace centigan
