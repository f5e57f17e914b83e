// The inputs every picture operator is tested with, and the comparison with its reference.
#pragma once
#include <gtest/gtest.h>
#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

#include "filler.h"

namespace centigan {

struct PictureCase {
  std::string name;
  torch::Tensor x;  // [N,C,H,W]
};

inline torch::Tensor case_picture(const std::string& name, at::IntArrayRef shape) {
  return filler(name, shape, 0.5);
}

// Odd sizes, one picture, no picture, gaps between elements, swapped axes, one picture shown twice, channels-last.
inline std::vector<PictureCase> layout_cases(int64_t c) {
  return {
      {"odd sizes", case_picture("odd", {3, c, 7, 5})},
      {"one picture", case_picture("one", {1, c, 8, 8})},
      {"no picture", torch::empty({0, c, 8, 8})},
      {"strided", case_picture("strided", {2, c, 18, 14}).slice(2, 1, 18, 2).slice(3, 0, 14, 2)},
      {"swapped axes", case_picture("swapped", {6, 7, c, 2}).permute({3, 2, 1, 0})},
      {"expanded", case_picture("expanded", {1, c, 6, 7}).expand({3, c, 6, 7})},
      {"channels-last", case_picture("last", {2, c, 9, 6}).contiguous(at::MemoryFormat::ChannelsLast)},
  };
}

inline std::vector<PictureCase> picture_cases(int64_t c = 3) {
  std::vector<PictureCase> cases = layout_cases(c);
  for (const auto type : {torch::kFloat64, torch::kFloat16, torch::kBFloat16})
    cases.push_back({c10::toString(type), case_picture("typed", {2, c, 6, 9}).to(type)});
  return cases;
}

inline double tolerance_of(at::ScalarType type) {
  return type == torch::kBFloat16 ? 2e-2 : type == torch::kFloat16 ? 2e-3 : type == torch::kFloat32 ? 2e-6 : 1e-12;
}

// Relative to the largest magnitude of `want`, at least 1.
inline void expect_close(const torch::Tensor& got, const torch::Tensor& want, double tolerance,
                         const std::string& what = "") {
  ASSERT_EQ(got.sizes(), want.sizes()) << what;
  if (got.numel() == 0) return;
  const torch::Tensor reference = want.to(torch::kFloat64);
  const double scale = std::max(1.0, reference.abs().max().item<double>());
  EXPECT_LE((got.to(torch::kFloat64) - reference).abs().max().item<double>(), tolerance * scale) << what;
}

using PictureOp = std::function<torch::Tensor(const torch::Tensor&)>;

// op(x) against reference(x in float64) for every case; the type and a channels-last layout are kept.
inline void expect_matches_reference(const PictureOp& op, const PictureOp& reference, int64_t c = 3,
                                     double slack = 1.0) {
  for (const PictureCase& item : picture_cases(c)) {
    const torch::Tensor got = op(item.x);
    const torch::Tensor want = reference(item.x.to(torch::kFloat64).contiguous());
    EXPECT_EQ(got.scalar_type(), item.x.scalar_type()) << item.name;
    expect_close(got, want, slack * tolerance_of(item.x.scalar_type()), item.name);
    if (item.name != "channels-last") continue;
    EXPECT_TRUE(got.is_contiguous(at::MemoryFormat::ChannelsLast));
  }
}

// The message of the c10::Error that `call` throws, without its stack; "" if it throws none.
inline std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const c10::Error& error) {
    return error.what_without_backtrace();
  }
  return "";
}

}  // namespace centigan
