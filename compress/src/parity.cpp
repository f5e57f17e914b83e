#include <ATen/ATen.h>

#include <cstring>

#include "centigan/compress/export.h"
#include "centigan/compress/plan.h"
#include "centigan/core/error.h"
#include "centigan/core/random.h"
#include "centigan/models/drawing.h"
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

// What is drawn to compare: seeds, and what the runtime and the exporter get as their labels.
struct Cases {
  std::vector<uint64_t> seeds;
  std::vector<uint32_t> labels;
  std::vector<int64_t> drawn;  // what CGRT_LABEL_RANDOM means is the exporter's own calculation
};

Cases parity_cases(int64_t count, int64_t classes) {
  constexpr uint32_t kLabelStream = 2;
  Cases cases;
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t seed = static_cast<uint64_t>(i) * 0x9E3779B97F4A7C15u;
    const int64_t own = class_of_seed(static_cast<uint64_t>(i), classes);
    const auto random = static_cast<int64_t>(
        static_cast<uint64_t>(hash32(seed, kLabelStream, 0)) * static_cast<uint64_t>(classes) >> 32);
    cases.seeds.push_back(seed);
    cases.labels.push_back(i % 4 == 3 ? CGRT_LABEL_RANDOM : static_cast<uint32_t>(own));
    cases.drawn.push_back(i % 4 == 3 ? random : own);
  }
  return cases;
}

void compare_pictures(const RuntimeModel& runtime, const QuantizedLite& model, int64_t count, uint16_t truncation) {
  const Cases cases = parity_cases(count, model.classes());
  IntegerOptions integer;
  integer.truncation = truncation;
  integer.labels = at::tensor(cases.drawn, at::kLong);
  const auto pictures = lite_integer_pictures_of_seeds(model, cases.seeds, integer);
  cgrt_options options = CGRT_OPTIONS_DEFAULT;
  options.truncation = truncation;
  for (size_t i = 0; i < cases.seeds.size(); ++i) {
    const auto expected = as_rows(pictures[static_cast<int64_t>(i)]);
    const auto drawn = runtime.picture(cases.seeds[i], options, cases.labels[i]);
    const bool equal = drawn.size() == static_cast<size_t>(expected.numel()) &&
                       std::memcmp(drawn.data(), expected.data_ptr(), drawn.size()) == 0;
    if (!equal) differ("the pictures of seed " + std::to_string(cases.seeds[i]));
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
