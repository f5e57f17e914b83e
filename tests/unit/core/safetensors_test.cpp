#include "centigan/core/safetensors.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <cstring>

#include "centigan/core/file.h"
#include "centigan/core/hash.h"
#include "test_support.h"

namespace centigan {
namespace {

std::string file_of(const std::string& header, const std::string& data = "") {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

Safetensors parse_header(const std::string& bytes) {
  return parse_safetensors(bytes.data(), bytes.size(), "a.safetensors");
}

void expect_bad_header(const std::string& bytes, const std::string& fragment) {
  test::expect_error([&] { parse_header(bytes); }, fragment);
}

std::string entry(const std::string& name, const std::string& shape, int begin, int end,
                  const std::string& type = "F32") {
  return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":[" +
         std::to_string(begin) + "," + std::to_string(end) + "]}";
}

TEST(Safetensors, RoundTripOfEveryType) {
  const test::TempFolder folder;
  Safetensors s;
  for (const auto type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort, at::kChar,
                          at::kByte, at::kBool}) {
    s.tensors[at::toString(type)] = at::arange(15, at::kInt).view({3, 5}).to(type);
    s.tensors[std::string("scalar.") + at::toString(type)] = at::ones({}, type);
  }
  s.tensors["empty"] = at::zeros({4, 0});
  s.tensors["strided"] = at::arange(6, at::kFloat).view({2, 3}).t();
  s.tensors["ü\"\\\n\x01"] = at::zeros({1});
  s.metadata = {{"format", "pt"}, {"note", "line\nend \"quoted\" 猫"}};
  write_safetensors(folder / "a", s);
  const Safetensors back = read_safetensors(folder / "a");
  EXPECT_EQ(back.metadata, s.metadata);
  ASSERT_EQ(back.tensors.size(), s.tensors.size());
  for (const auto& [name, tensor] : s.tensors) {
    EXPECT_EQ(back.tensors.at(name).scalar_type(), tensor.scalar_type());
    EXPECT_TRUE(torch::equal(back.tensors.at(name), tensor)) << name;
  }
  uint64_t length;
  std::memcpy(&length, read_file(folder / "a", "test").data(), 8);
  EXPECT_EQ(length % 8, 0u);
  write_safetensors(folder / "a", {});
  EXPECT_TRUE(read_safetensors(folder / "a").tensors.empty());
}

TEST(Safetensors, TensorsMustTileTheData) {
  const std::string data(16, '\0');
  EXPECT_EQ(parse_header(file_of("{" + entry("b", "[2]", 8, 16) + ", " + entry("a", "[2]", 0, 8) + "}  ", data))
                .tensors.size(),
            2u);
  expect_bad_header(file_of("{" + entry("a", "[2]", 8, 16) + "}", data), "there is a gap or overlap before \"a\"");
  expect_bad_header(file_of("{" + entry("a", "[2]", 0, 8) + "," + entry("b", "[3]", 4, 16) + "}", data),
                    "gap or overlap before \"b\"");
  expect_bad_header(file_of("{" + entry("a", "[2]", 0, 8) + "," + entry("b", "[2]", 0, 8) + "}", data),
                    "gap or overlap before \"b\"");
  expect_bad_header(file_of("{" + entry("a", "[2]", 0, 8) + "}", data), "the tensors take 8 bytes, the file holds 16");
  expect_bad_header(file_of("{" + entry("a", "[8]", 0, 32) + "}", data),
                    "the tensors take 32 bytes, the file holds 16");
  expect_bad_header(file_of("{" + entry("a", "[3]", 0, 16) + "}", data), "shape and size of \"a\" do not agree");
  expect_bad_header(file_of("{" + entry("a", "[4294967296,4294967296,4]", 0, 16) + "}", data),
                    "shape and size of \"a\" do not agree");
}

TEST(Safetensors, EmptyTensorsMustHaveSensibleSides) {
  EXPECT_EQ(parse_header(file_of("{" + entry("a", "[0,7]", 0, 0) + "}")).tensors.at("a").size(1), 7);
  for (const std::string shape : {"[0,99999999999,99999999999]", "[99999999999,99999999999,0]"}) {
    expect_bad_header(file_of("{" + entry("a", shape, 0, 0) + "}"), "shape and size of \"a\" do not agree");
  }
}

TEST(Safetensors, LimitsHold) {
  uint64_t huge = (16 << 20) + 1;
  expect_bad_header(std::string(reinterpret_cast<char*>(&huge), 8) + "{}", "over the limit of 16 MiB");
  expect_bad_header("1234567", "7 bytes are too few");
  expect_bad_header(file_of("{}").substr(0, 9), "the file ends inside its header");
  expect_bad_header(file_of("{" + entry("a", "[1,1,1,1,1,1,1,1,1]", 0, 4) + "}", "1234"),
                    "a list has more than 8 numbers");
  expect_bad_header(file_of("{" + entry(std::string(513, 'n'), "[1]", 0, 4) + "}", "1234"),
                    "a name is longer than 512 bytes");
  std::string many = "{";
  for (int i = 0; i <= 65536; ++i) many += (i ? "," : "") + entry(std::to_string(i), "[0]", 0, 0);
  expect_bad_header(file_of(many + "}"), "there are more than 65536 tensors");
}

TEST(Safetensors, BrokenHeadersAreRefused) {
  const std::string good = "{" + entry("a", "[1]", 0, 4) + "}";
  ASSERT_EQ(parse_header(file_of(good, "1234")).tensors.size(), 1u);
  for (size_t size = 0; size < good.size(); ++size)
    expect_bad_header(file_of(good.substr(0, size), "1234"), "safetensors: a.safetensors: ");
  const struct {
    std::string header, fragment;
  } cases[] = {{"{" + entry("a", "[1]", 0, 4) + "," + entry("a", "[1]", 0, 4) + "}", "the key \"a\" is there twice"},
               {good + "x", "there is text behind the header"},
               {" " + good, "the header does not begin with '{'"},
               {"{" + entry("a", "[1]", 0, 4, "F8_E4M3") + "}", "the element type \"F8_E4M3\" is not supported"},
               {"{" + entry("a", "[-1]", 0, 4) + "}", "a whole number is missing"},
               {"{" + entry("a", "[01]", 0, 4) + "}", "a whole number is missing"},
               {"{" + entry("a", "[1234567890123456789]", 0, 4) + "}", "a number is too large"},
               {R"({"a":{"dtype":"F32","shape":[1]}})", "lacks dtype, shape or data_offsets"},
               {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", "are not two numbers"},
               {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}})", "unknown field \"x\""},
               {R"({"__metadata__":{"a":1}})", "'\"' is missing"},
               {R"({"__metadata__":{"a":"b","a":"c"}})", "the key \"a\" is there twice"},
               {R"({"\q":1})", "an escape is unknown"},
               {R"({"\u12g4":1})", "a \\x5cu escape is broken"},
               {R"({"\ud800":1})", "half a surrogate pair"},
               {R"({"\ud800\u0041":1})", "half a surrogate pair"},
               {R"({"\udc00":1})", "half a surrogate pair"},
               {"{\"\xff\":1}", "a byte that is not text"},
               {"{\"a\nb\":1}", "a byte that is not text"},
               {std::string(100000, '{'), "is missing at byte 1"}};
  for (const auto& bad : cases) expect_bad_header(file_of(bad.header, "1234"), bad.fragment);
  EXPECT_EQ(parse_header(file_of(R"({"__metadata__":{"\ud83d\ude00\u00e4\/":"\b\f\n\r\t"}})")).metadata.at("😀ä/"),
            "\b\f\n\r\t");
}

TEST(Safetensors, WhatDoesNotFitIsNotWritten) {
  const test::TempFolder folder;
  Safetensors s;
  for (const auto& tensor : {at::zeros({1}, at::kComplexFloat), at::zeros({1, 1, 1, 1, 1, 1, 1, 1, 1})}) {
    s.tensors["a"] = tensor;
    test::expect_error([&] { write_safetensors(folder / "a", s); }, "does not fit the format");
  }
  EXPECT_TRUE(folder.names().empty());
}

TEST(WeightsHash, CoversFloatingTensorsAsFloat32) {
  std::map<std::string, torch::Tensor> tensors = {{"b", at::ones({2}, at::kHalf)}, {"a", at::zeros({1})}};
  const float values[] = {0.0f, 1.0f, 1.0f};
  const std::string expected = Sha256().add("a").add(values, 4).add("b").add(values + 1, 8).hex();
  EXPECT_EQ(weights_hash(tensors), expected);
  tensors["n"] = at::ones({1}, at::kLong);
  EXPECT_EQ(weights_hash(tensors), expected);
}

}  // namespace
}  // namespace centigan
