#include "centigan/core/snapshot.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/zeros.h>
#include <hdf5.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/linear.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>

#include "centigan/core/file.h"
#include "centigan/core/hash.h"
#include "centigan/core/random.h"
#include "test_support.h"

namespace centigan {
namespace {

Snapshot small_snapshot() {
  Snapshot s;
  for (const auto type :
       {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort, at::kChar, at::kByte}) {
    s.tensors[std::string("types/") + at::toString(type)] = at::arange(-3, 9, at::kDouble).view({3, 4}).to(type);
  }
  s.tensors["types/bool"] = at::arange(6, at::kInt).remainder(2).to(at::kBool);
  s.tensors["empty"] = at::zeros({0, 3});
  s.tensors["G/mapping.fc0.weight"] = at::arange(64, at::kFloat).view({2, 2, 4, 4});
  s.tensors["strided"] = at::arange(12, at::kFloat).view({3, 4}).t();
  s.put("counters/images", int64_t{-5000000000});
  s.put("adam/beta_power", 0.1);
  s.texts["config"] = "batch = 16\n";
  s.texts["empty_text"] = "";
  s.texts["bytes"] = std::string("\0\xff\n", 3);
  return s;
}

void expect_equal(const Snapshot& a, const Snapshot& b) {
  EXPECT_EQ(a.texts, b.texts);
  ASSERT_EQ(a.tensors.size(), b.tensors.size());
  for (const auto& [name, tensor] : a.tensors) {
    ASSERT_TRUE(b.tensors.count(name)) << name;
    const auto& other = b.tensors.at(name);
    EXPECT_EQ(tensor.scalar_type(), other.scalar_type()) << name;
    EXPECT_TRUE(torch::equal(tensor, other)) << name;
  }
  EXPECT_EQ(hash_snapshot(a), hash_snapshot(b));
}

std::vector<uint8_t> saved_bytes(const test::TempFolder& folder) {
  write_checkpoint(folder / "good.h5", small_snapshot(), 12);
  return read_file(folder / "good.h5", "test");
}

void put_bytes(const std::string& path, const std::vector<uint8_t>& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
}

TEST(Checkpoint, RoundTripKeepsEveryBit) {
  const test::TempFolder folder;
  const Snapshot s = small_snapshot();
  write_checkpoint(folder / "000001.h5", s, 7);
  const Snapshot back = read_checkpoint(folder / "000001.h5");
  expect_equal(s, back);
  EXPECT_EQ(back.integer("counters/images"), -5000000000);
  EXPECT_EQ(back.number("adam/beta_power"), 0.1);
  EXPECT_EQ(back.text("config"), "batch = 16\n");
  EXPECT_EQ(back.tensor("counters/images").dim(), 0);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"000001.h5"});
  std::printf("%zu bytes\n", read_file(folder / "000001.h5", "test").size());
}

TEST(Checkpoint, EqualContentsGiveEqualFiles) {
  const test::TempFolder folder;
  write_checkpoint(folder / "a.h5", small_snapshot(), 7);
  write_checkpoint(folder / "b.h5", small_snapshot(), 7);
  EXPECT_EQ(read_file(folder / "a.h5", "test"), read_file(folder / "b.h5", "test"));
}

TEST(Checkpoint, AnEmptySnapshotAndALargeTextSurvive) {
  const test::TempFolder folder;
  Snapshot s;
  write_checkpoint(folder / "a.h5", s, 0);
  expect_equal(s, read_checkpoint(folder / "a.h5"));
  s.texts["log"] = std::string(3 << 20, 'x');
  s.tensors["big"] = at::rand({1000, 1000});
  write_checkpoint(folder / "a.h5", s, 0);
  expect_equal(s, read_checkpoint(folder / "a.h5"));
  EXPECT_LT(std::filesystem::file_size(folder / "a.h5"), (3u << 20) + 4000000u + 16384u) << "no slack at the end";
}

TEST(Checkpoint, EveryFlippedBitIsFound) {
  const test::TempFolder folder;
  const auto good = saved_bytes(folder);
  const RandomStream stream(1, "flips");
  for (int64_t i = 0; i < 500; ++i) {
    auto bad = good;
    // Half of them in the first 600 bytes, where the checks themselves stand.
    const int64_t bit = stream.integer(i, 8 * (i % 2 ? static_cast<int64_t>(good.size()) : 600));
    bad[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    put_bytes(folder / "bad.h5", bad);
    const std::string text = test::expect_error([&] { read_checkpoint(folder / "bad.h5"); }, "bad.h5");
    ASSERT_FALSE(text.empty()) << "bit " << bit;
  }
}

TEST(Checkpoint, TruncationZerosAndMixturesAreFound) {
  const test::TempFolder folder;
  const auto good = saved_bytes(folder);
  for (size_t size = 0; size < good.size(); size += 1 + size / 7) {
    put_bytes(folder / "bad.h5", {good.begin(), good.begin() + static_cast<long>(size)});
    test::expect_error([&] { read_checkpoint(folder / "bad.h5"); },
                       size <= 512 ? "bytes are too few" : "length differs (stored ");
  }
  for (const size_t block : {size_t{0}, size_t{512}, size_t{2048}}) {
    auto bad = good;
    std::fill_n(bad.begin() + static_cast<long>(block), 512, uint8_t{0});
    put_bytes(folder / "bad.h5", bad);
    test::expect_error([&] { read_checkpoint(folder / "bad.h5"); },
                       block ? "checksum differs (stored " : "it does not begin like a checkpoint");
  }
  Snapshot other = small_snapshot();
  other.put("counters/images", int64_t{77});
  write_checkpoint(folder / "other.h5", other, 13);
  auto mixed = good;
  const auto second = read_file(folder / "other.h5", "test");
  ASSERT_EQ(second.size(), good.size());
  std::copy(second.begin() + 512, second.end(), mixed.begin() + 512);
  put_bytes(folder / "bad.h5", mixed);
  test::expect_error([&] { read_checkpoint(folder / "bad.h5"); }, "checksum differs");
  auto newer = good;
  newer[8] = 2;
  put_bytes(folder / "bad.h5", newer);
  test::expect_error([&] { read_checkpoint(folder / "bad.h5"); }, "format version 2 is not known");
}

// A valid head in front of an HDF5 part that is not ours.
void sign(std::vector<uint8_t>& file) {
  const std::array<uint8_t, 12> start = {'c', 'g', 'a', 'n', 'c', 'k', 'p', '\n', 1, 0, 0, 0};
  std::fill_n(file.begin(), 512, uint8_t{0});
  std::copy(start.begin(), start.end(), file.begin());
  const uint64_t length = file.size();
  std::memcpy(file.data() + 16, &length, 8);
  const auto hash = Sha256().add(file.data(), 32).add(file.data() + 512, file.size() - 512).digest();
  std::memcpy(file.data() + 32, hash.data(), 32);
}

std::vector<uint8_t> foreign_file(const std::string& path, bool external_link) {
  const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
  H5Pset_userblock(creation, 512);
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, H5P_DEFAULT);
  const hsize_t side = 4;
  const hid_t space = H5Screate_simple(1, &side, nullptr);
  if (external_link)
    H5Lcreate_external("/etc/passwd", "/x", file, "x", H5P_DEFAULT, H5P_DEFAULT);
  else
    H5Dclose(H5Dcreate2(file, "x", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Sclose(space), H5Fclose(file), H5Pclose(creation);
  return read_file(path, "test");
}

TEST(Checkpoint, ForeignHdf5FilesAreRefused) {
  const test::TempFolder folder;
  for (const bool external_link : {false, true}) {
    auto bytes = foreign_file(folder / "foreign.h5", external_link);
    test::expect_error([&] { read_checkpoint(folder / "foreign.h5"); }, "it does not begin like a checkpoint");
    sign(bytes);
    put_bytes(folder / "signed.h5", bytes);
    test::expect_error([&] { read_checkpoint(folder / "signed.h5"); }, "HDF5: cannot handle ");
  }
  std::vector<uint8_t> noise(4096, 'x');
  sign(noise);
  put_bytes(folder / "signed.h5", noise);
  test::expect_error([&] { read_checkpoint(folder / "signed.h5"); }, "HDF5: cannot handle its contents");
}

TEST(Checkpoint, WhatCannotBeStoredIsNamed) {
  const test::TempFolder folder;
  Snapshot s;
  s.tensors["complex"] = at::zeros({2}, at::kComplexFloat);
  test::expect_error([&] { write_checkpoint(folder / "a.h5", s, 0); },
                     "HDF5: cannot handle complex of type ComplexFloat");
  Snapshot clash;
  clash.put("a", int64_t{1});
  clash.put("a/b", int64_t{1});
  test::expect_error([&] { write_checkpoint(folder / "a.h5", clash, 0); }, "HDF5: cannot handle a/b");
  EXPECT_TRUE(folder.names().empty());
}

TEST(Checkpoint, AFullDiskKeepsTheOldOne) {
  const test::TempFolder folder;
  const auto good = saved_bytes(folder);
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit bounds{2000, 2000};
    ::setrlimit(RLIMIT_FSIZE, &bounds);
    for (int i = 0; i < 20; ++i) {
      test::expect_error([&] { write_checkpoint(folder / "good.h5", small_snapshot(), 99); },
                         "cannot write (File too large)");
    }
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_file(folder / "good.h5", "test"), good);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"good.h5"});
}

TEST(NewestCheckpoint, GoesByNumberAndFallsBackOverDamagedOnes) {
  const test::TempFolder folder;
  std::vector<std::string> rejected;
  EXPECT_EQ(newest_checkpoint(folder.path(), &rejected), "");
  EXPECT_EQ(newest_checkpoint(folder / "none", nullptr), "");
  for (const std::string name : {"000009.h5", "000010.h5", "000100.h5", "best.h5", "000200.h5.tmp.1"}) {
    write_checkpoint(folder / name, small_snapshot(), 1);
  }
  EXPECT_EQ(newest_checkpoint(folder.path(), &rejected), folder / "000100.h5");
  EXPECT_TRUE(rejected.empty());
  for (const std::string name : {"000100.h5", "000010.h5"}) {
    auto bytes = read_file(folder / name, "test");
    bytes[1000] ^= 4;
    put_bytes(folder / name, bytes);
  }
  EXPECT_EQ(newest_checkpoint(folder.path(), &rejected), folder / "000009.h5");
  ASSERT_EQ(rejected.size(), 2u);
  EXPECT_NE(rejected[0].find("000100.h5: checksum differs"), std::string::npos);
  EXPECT_EQ(rejected[0].find('\n'), std::string::npos);
  put_bytes(folder / "000009.h5", {});
  const std::string text =
      test::expect_error([&] { newest_checkpoint(folder.path(), nullptr); }, "all 3 checkpoints are damaged");
  EXPECT_NE(text.find("000009.h5: 0 bytes are too few"), std::string::npos);
}

TEST(Snapshot, MissingAndWrongEntriesAreNamed) {
  const Snapshot s = small_snapshot();
  test::expect_error([&] { s.integer("nothing"); }, "checkpoint: nothing: is missing");
  test::expect_error([&] { s.text("nothing"); }, "checkpoint: nothing: is missing");
  test::expect_error([&] { s.integer("adam/beta_power"); }, "adam/beta_power: is Double[], not one Long");
  test::expect_error([&] { s.number("G/mapping.fc0.weight"); }, "is Float[2, 2, 4, 4], not one Double");
}

TEST(Snapshot, HashSeesNamesTypesShapesAndBytes) {
  const Snapshot s = small_snapshot();
  const std::string before = hash_snapshot(s);
  EXPECT_EQ(before.size(), 64u);
  Snapshot changed = s;
  changed.tensors["strided"] = s.tensors.at("strided").reshape({2, 6});
  EXPECT_NE(hash_snapshot(changed), before);
  EXPECT_EQ(hash_snapshot(changed, {"G/", "counters/"}), hash_snapshot(s, {"G/", "counters/"}));
  changed.tensors["G/mapping.fc0.weight"] = s.tensors.at("G/mapping.fc0.weight") + 1e-6;
  EXPECT_NE(hash_snapshot(changed, {"G/"}), hash_snapshot(s, {"G/"}));
}

struct TwoLayers : torch::nn::Module {
  explicit TwoLayers(int64_t width)
      : linear(register_module("linear", torch::nn::Linear(3, width))),
        norm(register_module("norm", torch::nn::BatchNorm1d(width))) {}
  torch::nn::Linear linear;
  torch::nn::BatchNorm1d norm;
};

TEST(Modules, SaveAndLoadInPlace) {
  TwoLayers a(4), b(4);
  Snapshot s;
  save_module(a, "G/", s);
  EXPECT_EQ(s.tensors.size(), 7u);
  const void* before = b.linear->weight.data_ptr();
  load_module(b, "G/", s, "file.h5");
  EXPECT_EQ(b.linear->weight.data_ptr(), before);
  EXPECT_TRUE(torch::equal(a.linear->weight, b.linear->weight));
  EXPECT_TRUE(b.linear->weight.requires_grad());
  s.tensors.at("G/linear.weight").fill_(9);
  EXPECT_FALSE(torch::equal(a.linear->weight, s.tensors.at("G/linear.weight"))) << "a copy, not a view";
}

TEST(Modules, EveryDifferenceIsListed) {
  TwoLayers a(4), b(5);
  Snapshot s;
  save_module(a, "G/", s);
  save_module(b, "G_ema/", s);
  s.tensors.erase("G/linear.bias");
  s.tensors["G/extra"] = at::ones({1});
  const auto old_weight = b.linear->weight.clone();
  const std::string text =
      test::expect_error([&] { load_module(b, "G/", s, "f.h5"); }, "checkpoint: f.h5: the network is another one");
  EXPECT_NE(text.find("G/linear.weight: Float[4, 3] in the file, here Float[5, 3]"), std::string::npos) << text;
  EXPECT_NE(text.find("G/linear.bias: missing in the file, here Float[5]"), std::string::npos);
  EXPECT_NE(text.find("G/extra: Float[1] in the file, not here"), std::string::npos);
  EXPECT_EQ(text.find("G_ema"), std::string::npos);
  EXPECT_TRUE(torch::equal(old_weight, b.linear->weight));
}

}  // namespace
}  // namespace centigan
