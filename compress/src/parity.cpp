#include <ATen/ATen.h>

#include <cstring>

#include "centigan/compress/export.h"
#include "centigan/compress/plan.h"
#include "centigan/core/error.h"
#include "runtime_picture.h"

namespace centigan {
namespace {

[[noreturn]] void differ(const std::string& what) {
  fail("compress", "parity", what + " differ between the C runtime and the exporter",
       "this is a fault of centigan; please report it with the run");
}

// uint8 [C,H,W] -> rows of RGB888.
at::Tensor as_rows(const at::Tensor& picture) {
  return picture.expand({3, picture.size(1), picture.size(2)}).permute({1, 2, 0}).contiguous();
}

void compare_pictures(const RuntimeModel& runtime, const QuantizedLite& model, int64_t seeds, uint16_t truncation) {
  std::vector<uint64_t> list;
  for (int64_t i = 0; i < seeds; ++i) list.push_back(static_cast<uint64_t>(i) * 0x9E3779B97F4A7C15u);
  IntegerOptions integer;
  integer.truncation = truncation;
  const auto pictures = lite_integer_pictures_of_seeds(model, list, integer);
  cgrt_options options = CGRT_OPTIONS_DEFAULT;
  options.truncation = truncation;
  for (int64_t i = 0; i < seeds; ++i) {
    const auto expected = as_rows(pictures[i]);
    const auto drawn = runtime.picture(list[static_cast<size_t>(i)], options);
    const bool equal = drawn.size() == static_cast<size_t>(expected.numel()) &&
                       std::memcmp(drawn.data(), expected.data_ptr(), drawn.size()) == 0;
    if (!equal) differ("the pictures of seed " + std::to_string(list[static_cast<size_t>(i)]));
  }
}

void compare_costs(const RuntimeModel& runtime, const QuantizedLite& model) {
  for (int64_t level = model.rgb_first; level < model.levels; ++level) {
    cgrt_options options = CGRT_OPTIONS_DEFAULT;
    options.quality = static_cast<uint8_t>(level - model.rgb_first);
    if (static_cast<int64_t>(cgrt_macs(&runtime.model(), options.quality)) != picture_macs(model, level))
      differ("multiply-accumulates of level " + std::to_string(level));
    for (int64_t h = 0; h < model.levels; ++h) {
      for (int wide = 0; wide < 2; ++wide) {
        options.handover = static_cast<uint8_t>(h);
        options.wide_rows = static_cast<uint8_t>(wide);
        if (static_cast<int64_t>(cgrt_arena_bytes(&runtime.model(), &options)) !=
            arena_bytes(model, level, h, wide + 1))
          differ("arena bytes of level " + std::to_string(level) + ", hand-over " + std::to_string(h));
      }
    }
  }
}

}  // namespace

void check_parity(const std::vector<uint8_t>& bytes, const QuantizedLite& model, int64_t seeds) {
  const RuntimeModel runtime(bytes);
  compare_costs(runtime, model);
  for (const uint16_t truncation : {256, 128, 0})
    compare_pictures(runtime, model, truncation == 256 ? seeds : 2, truncation);
}

}  // namespace centigan
