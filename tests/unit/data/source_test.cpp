// Archives read in place, CIFAR's binary files, and where labels come from.
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "centigan/data/class_labels.h"
#include "centigan/data/dataset.h"
#include "centigan/data/survey.h"
#include "fuzz/zip_bodies.h"
#include "picture_folder.h"
#include "support/zip_files.h"

namespace centigan {
namespace {

using namespace image_files;

Bytes numbered_png(int n) {
  return encode_png({}, [n](int x, int y, int c) { return static_cast<uint32_t>(x * 7 + y * 13 + c * 5 + n) & 255; });
}

DataConfig data_at(const std::string& path, const std::string& labels = "auto") {
  DataConfig config;
  config.path = path, config.labels = labels;
  return config;
}

std::shared_ptr<Dataset> open16(const DataConfig& config, DataReport* report = nullptr) {
  return open_dataset(config, 16, 3, report);
}

std::vector<ZipEntry> ten_entries(bool deflated, bool wide = false) {
  std::vector<ZipEntry> entries;
  for (int i = 0; i < 10; ++i)
    entries.push_back({(i < 6 ? "cat/" : "dog/") + std::to_string(i) + ".png", numbered_png(i), deflated});
  for (ZipEntry& e : entries) e.in_64_bits = wide;
  return entries;
}

void put_classes(const PictureFolder& folder) {
  for (const ZipEntry& e : ten_entries(false)) folder.put(e.name, e.data);
}

std::vector<int64_t> labels_in(const Dataset& data) {
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < data.size(); ++i) labels.push_back(data.label(i));
  return labels;
}

std::string reason_for(const DataReport& report, const std::string& name) {
  for (const auto& [skipped, reason] : report.skipped)
    if (skipped == name) return reason;
  return "";
}

TEST(Zip, IsTheFolderThatItWasMadeOf) {
  PictureFolder folder;
  put_classes(folder);
  const auto unpacked = open16(data_at(folder.path()));
  PictureFolder archives;
  for (const bool deflated : {false, true})
    for (const bool wide : {false, true}) {
      archives.put("x.zip", zip_archive(ten_entries(deflated, wide), wide ? "" : "a comment"));
      const auto packed = open16(data_at(archives / "x.zip"));
      EXPECT_EQ(packed->fingerprint(), unpacked->fingerprint()) << deflated << wide;
      EXPECT_TRUE(at::equal(all_images(*packed), all_images(*unpacked)));
      EXPECT_EQ(packed->class_names(), (std::vector<std::string>{"cat", "dog"}));
    }
  EXPECT_EQ(survey_pictures(data_at(archives / "x.zip")).pictures, 10);
}

TEST(Zip, BadMembersAreNamedAndSkipped) {
  std::vector<ZipEntry> entries = ten_entries(false);
  const auto add = [&](const std::string& name) -> ZipEntry& {
    entries.push_back({name, numbered_png(99), false});
    return entries.back();
  };
  add("../up.png"), add("/root.png"), add("a/../../b.png"), add("c:/x.png"), add("back\\slash.png");
  add("secret.png").flags = 1, add("lzma.png").method = 14, add("link.png").attributes = 0120777u << 16;
  add("cat/0.png"), add("cat/.hidden.png"), add("notes.txt");
  ZipEntry& bomb = add("bomb.png");
  bomb.deflated = true, bomb.size = int64_t{1} << 29;
  ZipEntry& unequal = add("unequal.png");
  unequal.deflated = true, unequal.size = 10;
  PictureFolder folder;
  Bytes file = zip_archive(entries);
  const Bytes wanted = numbered_png(3);  // one byte of a good member
  *(std::search(file.begin(), file.end(), wanted.begin(), wanted.end()) + 60) ^= 1;
  folder.put("x.zip", file);
  DataReport report;
  EXPECT_EQ(open16(data_at(folder / "x.zip"), &report)->size(), 9);
  for (const char* name : {"../up.png", "/root.png", "a/../../b.png", "c:/x.png"})
    EXPECT_EQ(reason_for(report, name), "names a place outside of the archive");
  EXPECT_EQ(reason_for(report, "back\\x5cslash.png"), "has a name with a backslash or a zero in it");
  EXPECT_EQ(reason_for(report, "secret.png"), "is encrypted");
  EXPECT_EQ(reason_for(report, "lzma.png"), "is packed by a method that is not read (14)");
  EXPECT_EQ(reason_for(report, "link.png"), "is a symlink");
  EXPECT_EQ(reason_for(report, "cat/0.png"), "is in the archive twice");
  EXPECT_EQ(reason_for(report, "bomb.png").substr(0, 11), "would grow ");
  EXPECT_EQ(reason_for(report, "unequal.png"), "cannot be unpacked");
  EXPECT_EQ(reason_for(report, "cat/3.png"), "has another checksum than the archive says");
  EXPECT_EQ(report.skipped.size(), 12u);
  DataConfig strict = data_at(folder / "x.zip");
  strict.strict = true;
  test::expect_error([&] { open16(strict); }, "names a place outside of the archive");
}

TEST(Zip, CutOverlappingAndForeignFilesAreRefused) {
  PictureFolder folder;
  const Bytes whole = zip_archive(ten_entries(true));
  const auto refused = [&](const Bytes& bytes, const std::string& what) {
    folder.put("x.zip", bytes);
    return test::expect_error([&] { open16(data_at(folder / "x.zip")); }, what);
  };
  for (const size_t size : {size_t{0}, size_t{30}, whole.size() / 2, whole.size() - 1})
    refused(Bytes(whole.begin(), whole.begin() + static_cast<int64_t>(size)),
            "its directory at the end is missing: it is cut off");
  Bytes shifted(whole.begin() + 40, whole.end());
  refused(shifted, "its directory is damaged");
  std::vector<ZipEntry> same = ten_entries(false);
  Bytes overlapping = zip_archive(same);
  const std::string second = "PK\1\2";  // every entry of the directory points to the first member
  auto at = std::search(overlapping.begin(), overlapping.end(), second.begin(), second.end());
  for (; at != overlapping.end(); at = std::search(at + 4, overlapping.end(), second.begin(), second.end()))
    std::fill(at + 42, at + 46, uint8_t{0});
  refused(overlapping, "its members overlap");
  std::vector<ZipEntry> bombs(40, {"", Bytes(60000), true});
  for (size_t i = 0; i < bombs.size(); ++i)
    bombs[i].name = std::to_string(i) + ".bmp", bombs[i].size = int64_t{60} << 20;
  refused(zip_archive(bombs), "it would unpack to 2,400 MiB");
  folder.put("y.png", numbered_png(1));
  test::expect_error([&] { open16(data_at(folder / "y.png")); }, "is neither a folder, a ZIP archive");
  ASSERT_EQ(mkfifo((folder / "fifo.zip").c_str(), 0600), 0);
  test::expect_error([&] { open16(data_at(folder / "fifo.zip")); }, "the folder cannot be read");
  std::filesystem::create_symlink(folder / "nowhere", folder / "z.zip");
  test::expect_error([&] { open16(data_at(folder / "z.zip")); }, "the folder cannot be read");
}

TEST(Zip, AnyDamageEndsInWordsOrPictures) {
  const Bytes stored = zip_archive(ten_entries(false, true)), deflated = zip_archive(ten_entries(true));
  for (const Bytes* file : {&stored, &deflated}) {
    for (size_t size = 0; size < file->size(); size += 7) fuzz::zip(file->data(), size);
    uint32_t state = 5;
    const auto next = [&](size_t bound) { return ((state = state * 1664525 + 1013904223) >> 8) % bound; };
    for (int i = 0; i < 4000; ++i) {
      Bytes damaged = *file;
      const size_t from = i % 2 ? 0 : damaged.size() - 900;  // the directory, every other time
      for (size_t flips = 1 + next(4); flips > 0; --flips)
        damaged[from + next(damaged.size() - from)] ^= static_cast<uint8_t>(1 << next(8));
      fuzz::zip(damaged.data(), damaged.size());
    }
  }
}

TEST(Labels, FoldersAreClassesInTheirOrder) {
  PictureFolder folder;
  for (const char* name : {"set/10/a.png", "set/9/b.png", "set/9/deep/c.png"})
    folder.put(name, numbered_png(name[4] + name[6]));
  DataReport report;
  const auto data = open16(data_at(folder.path()), &report);
  EXPECT_EQ(data->class_names(), (std::vector<std::string>{"9", "10"}));
  EXPECT_EQ(labels_in(*data), (std::vector<int64_t>{1, 0, 0}));  // by name: set/10, set/9, set/9/deep
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_EQ(report.notes[0], "2 classes: 9 (2), 10 (1)");
  EXPECT_EQ(open16(data_at(folder.path(), "none"))->classes(), 0);
  EXPECT_NE(open16(data_at(folder.path(), "none"))->fingerprint(), data->fingerprint());
  folder.put("set/loose.png", numbered_png(7));
  EXPECT_EQ(open16(data_at(folder.path()))->classes(), 0);
  test::expect_error([&] { open16(data_at(folder.path(), "folders")); }, "has no classes: not every picture");
}

TEST(Labels, DatasetJsonOfFoldersAndArchives) {
  PictureFolder folder;
  std::string json = "{\"version\": [1.5, {\"a\": null}], \"labels\": [";
  std::vector<ZipEntry> entries;
  for (int i = 0; i < 8; ++i) {
    const std::string name = "0000" + std::to_string(i / 4) + "/img" + std::to_string(i) + ".png";
    entries.push_back({name, numbered_png(i), false});
    json += (i ? ", " : "") + ("[\"" + name + "\", " + std::to_string(i % 3) + "]");
  }
  entries.push_back({"dataset.json", text(json + "]}"), true});
  for (const ZipEntry& e : entries) folder.put("set/" + e.name, e.data);
  folder.put("x.zip", zip_archive(entries));
  for (const std::string& path : {folder / "set", folder / "x.zip"}) {
    const auto data = open16(data_at(path));
    EXPECT_EQ(data->class_names(), (std::vector<std::string>{"0", "1", "2"}));
    EXPECT_EQ(labels_in(*data), (std::vector<int64_t>{0, 1, 2, 0, 1, 2, 0, 1}));
  }
  folder.put("other.json", text(json + "], \"classes\": [\"a\", \"b\", \"c\"]}"));
  EXPECT_EQ(open16(data_at(folder / "x.zip", folder / "other.json"))->class_names()[2], "c");
  folder.put("set/dataset.json", text("{\"labels\": null}"));
  EXPECT_EQ(open16(data_at(folder / "set"))->classes(), 0);
}

TEST(Labels, BadListsAreASentence) {
  const auto refused = [](const std::string& json, const std::string& what) {
    test::expect_error([&] { parse_labels(json, "dataset.json"); }, "dataset.json: is no list of labels: " + what);
  };
  refused("", "'{' is missing");
  refused("{\"labels\": [[\"a\", 1]", "']' is missing");
  refused("{\"labels\": [[\"a\", -1]]}", "a whole number is missing");
  refused("{\"labels\": [[\"a\", 1.5]]}", "']' is missing");
  refused("{\"labels\": [[\"a\", [0, 1]]]}", "a has a vector, not a class");
  refused("{\"labels\": [[\"a\", 70000]]}", "a has label 70000, above 65535");
  refused("{\"labels\": [[\"a\", 1], [\"a\", 2]]}", "a is there twice");
  refused("{\"labels\": [[\"a\", 2]], \"classes\": [\"x\"]}", "label 2 has no name");
  PictureFolder folder;
  put_classes(folder);
  folder.put("dataset.json", text("{\"labels\": [[\"cat/0.png\", 1]]}"));
  test::expect_error([&] { open16(data_at(folder.path())); }, "dataset.json: has no label for cat/1.png");
  folder.put(
      "x.zip",
      zip_archive({{"dataset.json", text("{}"), true, 14}, {"a.png", numbered_png(1)}, {"b.png", numbered_png(2)}}));
  test::expect_error([&] { open16(data_at(folder / "x.zip")); }, "dataset.json: is packed by a method");
}

TEST(Labels, WhatTrainingAsksFor) {
  PictureFolder folder;
  put_classes(folder);
  const auto two = open16(data_at(folder.path()));
  require_classes(*two, 2);
  test::expect_error([&] { require_classes(*two, 10); }, "model.classes: is 10, and the pictures have 2 classes",
                     ExitCode::kUsage);
  const auto none = open16(data_at(folder.path(), "none"));
  test::expect_error([&] { require_classes(*none, 2); }, "is 2, and the pictures have no labels", ExitCode::kUsage);
  std::filesystem::create_directory(folder / "emu");
  const auto empty = open16(data_at(folder.path()));
  EXPECT_EQ(empty->class_names(), (std::vector<std::string>{"cat", "dog", "emu"}));
  test::expect_error([&] { require_classes(*empty, 3); }, "emu: is a class without a picture");
}

// `labels` bytes in front of each of `count` records.
Bytes cifar_records(int count, int labels) {
  Bytes file;
  for (int i = 0; i < count; ++i) {
    for (int k = 0; k < labels; ++k) file.push_back(static_cast<uint8_t>(k + 1 < labels ? i % 20 : i % 10));
    for (int p = 0; p < 3072; ++p) file.push_back(static_cast<uint8_t>(p / 1024 * 80 + i + p % 32));
  }
  return file;
}

TEST(Cifar, FilesGivePixelsLabelsAndNames) {
  PictureFolder folder;
  folder.put("data_batch_1.bin", cifar_records(12, 1)), folder.put("test_batch.bin", cifar_records(3, 1));
  folder.put("batches.meta.txt", text("airplane\r\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n"));
  const auto data = open_dataset(data_at(folder.path()), 32, 3);
  ASSERT_EQ(data->size(), 12);
  EXPECT_EQ(data->class_names()[3], "cat");
  EXPECT_EQ(data->label(11), 1);
  EXPECT_EQ(data->name(11), "data_batch_1/000011");
  const torch::Tensor picture = data->image(5);
  for (int c = 0; c < 3; ++c) EXPECT_EQ(picture[c][31][7].item<int>(), c * 80 + 5 + 7);
  EXPECT_EQ(open_dataset(data_at(folder / "data_batch_1.bin"), 32, 3)->fingerprint(), data->fingerprint());
  EXPECT_EQ(open_dataset(data_at(folder / "test_batch.bin"), 32, 3)->size(), 3);
}

TEST(Cifar, HundredHasFineAndCoarseLabels) {
  PictureFolder folder;
  folder.put("train.bin", cifar_records(12, 2));
  const auto fine = open_dataset(data_at(folder / "train.bin"), 32, 3);
  EXPECT_EQ(fine->classes(), 100);
  EXPECT_EQ(fine->label(11), 1);
  const auto coarse = open_dataset(data_at(folder / "train.bin", "coarse"), 32, 3);
  EXPECT_EQ(coarse->classes(), 20);
  EXPECT_EQ(coarse->label(11), 11);
  EXPECT_NE(coarse->fingerprint(), fine->fingerprint());
}

TEST(Cifar, CutFilesAndBadLabelsAreASentence) {
  PictureFolder folder;
  Bytes cut = cifar_records(4, 1);
  cut.pop_back();
  folder.put("a.bin", cut);
  test::expect_error([&] { open16(data_at(folder / "a.bin")); },
                     "a.bin: ends inside record 3: CIFAR-10 has 3073 bytes");
  Bytes bad = cifar_records(4, 1);
  bad[3073] = 255;
  folder.put("a.bin", bad);
  test::expect_error([&] { open16(data_at(folder / "a.bin")); }, "record 1 has label 255, and there are 10 classes");
}

}  // namespace
}  // namespace centigan
