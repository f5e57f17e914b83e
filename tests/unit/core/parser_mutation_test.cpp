// The fuzzers' bodies over some thousand mutated inputs, on every machine and without a fuzzer.
#include <ATen/ops/arange.h>
#include <gtest/gtest.h>

#include <chrono>

#include "../../fuzz/core_bodies.h"
#include "centigan/core/file.h"
#include "centigan/core/random.h"
#include "centigan/core/raw_inflate.h"
#include "test_support.h"

namespace centigan {
namespace {

using Body = void (*)(const uint8_t*, size_t);

// Flips, replaces, inserts, removes and repeats bytes, one to eight times.
std::string mutated(std::string text, const RandomStream& stream, int64_t& draw) {
  const auto pick = [&](size_t bound) {
    return static_cast<size_t>(stream.integer(draw++, static_cast<int64_t>(bound)));
  };
  for (size_t edits = 1 + pick(8); edits > 0 && !text.empty(); --edits) {
    const size_t at = pick(text.size()), kind = pick(6);
    if (kind == 0) text[at] ^= static_cast<char>(1 << pick(8));
    if (kind == 1) text[at] = static_cast<char>(pick(256));
    if (kind == 2) text.insert(at, 1, "{}[](),:'\"\\0919.-=# \n"[pick(20)]);
    if (kind == 3) text.erase(at, 1 + pick(4));
    if (kind == 4) text.insert(at, text.substr(pick(text.size()), 1 + pick(16)));
    if (kind == 5) text.resize(at);
  }
  return text;
}

void run_mutations(const char* name, Body body, const std::vector<std::string>& seeds, double seconds = 1.0) {
  const RandomStream stream(1, name);
  int64_t draw = 0, inputs = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  for (; inputs < 2000 || (inputs < 200000 && std::chrono::steady_clock::now() < end); ++inputs) {
    const std::string text = mutated(seeds[static_cast<size_t>(inputs) % seeds.size()], stream, draw);
    body(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  }
  std::printf("%s: %lld inputs\n", name, static_cast<long long>(inputs));
}

std::string with_length(const std::string& header, const std::string& data) {
  std::string text(8, '\0');
  text[0] = static_cast<char>(header.size());
  return text + header + data;
}

TEST(ParserMutations, Safetensors) {
  run_mutations(
      "safetensors", fuzz::safetensors,
      {with_length(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", std::string(8, 'x')),
       with_length(R"({"__metadata__":{"k":"\u00e4\n"},"b":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]}})", "1")});
}

TEST(ParserMutations, Npy) {
  const std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n";
  run_mutations("npy", fuzz::npy,
                {std::string("\x93NUMPY\1\0", 8) + static_cast<char>(dict.size()) + '\0' + dict + "12345678"});
}

TEST(ParserMutations, Npz) {
  const test::TempFolder folder;
  write_npz(folder / "a.npz", {{"mu", at::arange(1, 3, at::kDouble)}});
  const std::vector<uint8_t> bytes = read_file(folder / "a.npz", "npz");
  run_mutations("npz", fuzz::npz, {std::string(bytes.begin(), bytes.end())});
}

// Any bytes as a deflate stream: an end or false, and never a byte outside (which sanitizers would see).
TEST(ParserMutations, Deflate) {
  const auto body = [](const uint8_t* bytes, size_t size) {
    uint8_t out[300];
    raw_inflate(bytes, size, out, sizeof out);
  };
  run_mutations("deflate", body,
                {std::string("\x4b\x4c\x4a\x4e\x4c\x4a\x4e\x01\x51\x29\0", 11),
                 std::string("\x05\xc0\x81\x08\0\0\0\0\x20\x7f\xeb\x0b\0\0", 14)});
}

TEST(ParserMutations, ConfigText) {
  run_mutations("config", fuzz::config,
                {"flag = false\ncount = 12 # c\nfactor = 1e-5\ntext = \"a\\x0a\"\nwidths = 3,4\ncurve = 0:1,5:0.5\n",
                 "text = #fff\n# comment\nfactor=-0.25\n"});
}

}  // namespace
}  // namespace centigan
