// Random policies with pictures and draws that fit them.
#pragma once
#include <random>

#include "diffaug_cases.h"
#include "fused/fused_ref.h"

namespace centigan {

struct RandomPolicy {
  std::string text;
  torch::Tensor x, u;
  std::optional<torch::Tensor> p;  // in one of three
  bool channels_last;
};

class RandomPolicies {
 public:
  explicit RandomPolicies(uint32_t seed) : random_(seed) {}

  // 1 ... 6 words, which repeat; sizes 1 ... 40; float64.
  RandomPolicy next(int64_t max_size = 40) {
    RandomPolicy item;
    const bool from_tensor = below(3) == 0;
    for (int64_t words = 1 + below(6); words > 0; --words)
      item.text += (item.text.empty() ? "" : ",") + word(!from_tensor);
    const auto policy = fused_policy(item.text);
    const int64_t steps = static_cast<int64_t>(policy->steps.size());
    const int64_t n = 1 + below(3), c = 1 + below(4), h = 1 + below(max_size), w = 1 + below(max_size);
    item.x = uniform({n, c, h, w}) - 0.5;
    item.u = uniform({n, policy->draw_columns + (from_tensor ? steps : policy->gates)});
    if (from_tensor) item.p = below(2) ? uniform({steps}) : uniform({});
    item.channels_last = below(2) == 1;
    if (item.channels_last) item.x = item.x.contiguous(at::MemoryFormat::ChannelsLast);
    return item;
  }

  torch::Tensor uniform(at::IntArrayRef shape) {
    torch::Tensor values = torch::empty(shape, torch::kFloat64);
    double* const data = values.data_ptr<double>();
    for (int64_t i = 0; i < values.numel(); ++i) data[i] = static_cast<double>(random_()) / 4294967296.0;
    return values;
  }

 private:
  int64_t below(int64_t count) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(count)); }

  std::string word(bool may_have_p) {
    static const char* const words[] = {"brightness", "saturation", "contrast", "color", "translation", "cutout"};
    std::string text = words[below(6)];
    const bool sized = text == "translation" || text == "cutout";
    if (sized && below(2)) text += ":ratio=0." + std::to_string(below(100));
    if (may_have_p && below(3) == 0) text += ":p=0." + std::to_string(below(10));
    return text;
  }

  std::mt19937 random_;
};

inline torch::Tensor apply(const RandomPolicy& item, const torch::Tensor& x) {
  return item.p ? diffaug(x, item.u, item.text, *item.p) : diffaug(x, item.u, item.text);
}

}  // namespace centigan
