#include "centigan/compress/weight_bits.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "centigan/compress/plan.h"
#include "centigan/core/error.h"
#include "centigan/core/random.h"
#include "centigan/core/text.h"
#include "centigan/models/drawing.h"
#include "centigan/trainers/distillation.h"

namespace centigan {
namespace {

constexpr int64_t kPyramid = 3;

int64_t fewer(int64_t bits) {
  return bits == 8 ? 6 : 4;
}

// Pictures to compare, and what the teacher drew of the same latents.
class Comparison {
 public:
  Comparison(Generator& teacher, LiteStudent& student, uint64_t seed, int64_t latents) : student_(student) {
    const GeneratorShape& shape = student.shape();
    request_.z = RandomStream(seed, "sensitivity").normal(0, latents, shape.z_dim);
    request_.labels = drawn_labels(RandomStream(seed, "sensitivity/labels"), 0, latents, shape.c_dim);
    request_.noise_seeds = at::arange(latents, at::kLong);
    wanted_ = pooled_to(draw_pictures_as_set(teacher, request_, device_of(teacher)), shape.height);
  }

  double distance() const {
    const torch::Tensor drawn = draw_pictures_as_set(student_, request_, device_of(student_));
    return pixel_distance(drawn, wanted_, kPyramid, 1.0).item<double>();
  }

 private:
  static torch::Device device_of(const Generator& generator) { return generator.parameters().front().device(); }

  LiteStudent& student_;
  DrawRequest request_;
  torch::Tensor wanted_;
};

// One layer's step to fewer bits, or back.
struct Step {
  size_t row = 0;
  int64_t bits = 0;
  double loss = 0;    // added by it
  int64_t bytes = 0;  // saved by it
  double price() const { return loss / static_cast<double>(bytes); }
};

class Chooser {
 public:
  Chooser(const QuantizedLite& plan, const std::vector<LayerSensitivity>& layers) : plan_(plan), layers_(layers) {
    for (QuantizedLayer& layer : plan_.layers) layer.weight_bits = 8;
  }

  void save_until(int64_t most) {
    while (file_bytes(plan_) > most) {
      Step best;
      for (const Step& step : steps_down())
        if (best.bytes == 0 || step.price() < best.price()) best = step;
      if (best.bytes == 0) return;
      plan_.layers[best.row].weight_bits = best.bits;
    }
  }

  void give_back(int64_t most) {
    std::vector<Step> steps = steps_up();
    std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.loss > b.loss; });
    for (const Step& step : steps) {
      int64_t& bits = plan_.layers[step.row].weight_bits;
      const int64_t before = bits;
      if (step.bits <= before) continue;
      bits = step.bits;
      if (file_bytes(plan_) > most) bits = before;
    }
  }

  BitChoice choice() const {
    BitChoice choice;
    for (const QuantizedLayer& layer : plan_.layers) choice.bits.push_back(layer.weight_bits);
    choice.file_bytes = file_bytes(plan_);
    return choice;
  }

 private:
  // A layer at other bits, against what it is now.
  Step step_to(size_t row, int64_t bits) {
    int64_t& now = plan_.layers[row].weight_bits;
    Step step{row, bits, std::max(0.0, layers_[row].at(std::min(bits, now)) - layers_[row].at(std::max(bits, now))), 0};
    const int64_t before = now, size = file_bytes(plan_);
    now = bits;
    step.bytes = size - file_bytes(plan_);
    now = before;
    return step;
  }

  // A step of 8 -> 4 stands beside 8 -> 6, as a small layer's 6 bits may save next to nothing.
  std::vector<Step> steps_down() {
    std::vector<Step> steps;
    for (size_t row = 0; row < plan_.layers.size(); ++row) {
      if (!lite_packs(plan_.layers[row].layer)) continue;
      for (int64_t bits = plan_.layers[row].weight_bits; bits > 4;) {
        const Step step = step_to(row, bits = fewer(bits));
        if (step.bytes > 0) steps.push_back(step);
      }
    }
    return steps;
  }

  std::vector<Step> steps_up() {
    std::vector<Step> steps;
    for (size_t row = 0; row < plan_.layers.size(); ++row)
      for (const int64_t bits : {8, 6})
        if (bits > plan_.layers[row].weight_bits) steps.push_back(step_to(row, bits));
    return steps;
  }

  QuantizedLite plan_;
  const std::vector<LayerSensitivity>& layers_;
};

int64_t bytes_of_layer(const QuantizedLite& plan, size_t row) {
  QuantizedLite without = plan;
  const int64_t level = plan.layers[row].layer.level;
  without.layers.resize(row);
  const int64_t before = file_bytes(without, level);
  without.layers.push_back(plan.layers[row]);
  constexpr int64_t kRecord = 64;
  return file_bytes(without, level) - before - kRecord;
}

}  // namespace

std::vector<LayerSensitivity> weight_sensitivity(LiteStudent& student, Generator& teacher, uint64_t seed,
                                                 int64_t latents) {
  const Comparison comparison(teacher, student, seed, latents);
  std::vector<LayerSensitivity> result(student.units().size());
  const double bytes = comparison.distance();
  for (size_t row = 0; row < result.size(); ++row) {
    LayerSensitivity& layer = result[row];
    layer.bits8 = layer.bits6 = layer.bits4 = bytes;
    if (!lite_packs(student.units()[row]->layer)) continue;
    for (double* distance : {&layer.bits6, &layer.bits4}) {
      student.set_weight_bits(row, distance == &layer.bits6 ? 6 : 4);
      *distance = comparison.distance();
    }
    student.set_weight_bits(row, 8);
  }
  return result;
}

QuantizedLite packed(QuantizedLite plan) {
  for (QuantizedLayer& layer : plan.layers) layer.weight_bits = lite_packs(layer.layer) ? 4 : 8;
  return plan;
}

BitChoice choose_weight_bits(const QuantizedLite& plan, const std::vector<LayerSensitivity>& layers,
                             int64_t most_bytes) {
  const int64_t least = file_bytes(packed(plan));
  if (least > most_bytes)
    fail_usage("distill", std::to_string(most_bytes) + " bytes",
               "are too few: with 4 bits a weight the file has " + std::to_string(least),
               "allow more, or use a smaller student (--preset, --student.widths)");
  Chooser chooser(plan, layers);
  chooser.save_until(most_bytes);
  chooser.give_back(most_bytes);
  return chooser.choice();
}

std::vector<std::string> bit_table(const QuantizedLite& plan, const BitChoice& choice,
                                   const std::vector<LayerSensitivity>& layers) {
  QuantizedLite chosen = plan;
  std::vector<std::string> lines = {"layer        bits    bytes   distance from the teacher at 8, 6 and 4 bits"};
  for (size_t row = 0; row < layers.size(); ++row) chosen.layers[row].weight_bits = choice.bits[row];
  for (size_t row = 0; row < layers.size(); ++row) {
    const LayerSensitivity& l = layers[row];
    lines.push_back(format_text("%-12s %4lld %8lld", chosen.layers[row].layer.name.c_str(),
                                static_cast<long long>(choice.bits[row]),
                                static_cast<long long>(bytes_of_layer(chosen, row))));
    if (lite_packs(chosen.layers[row].layer))
      lines.back() += format_text("   %.4f  %.4f  %.4f", l.bits8, l.bits6, l.bits4);
  }
  lines.push_back(format_text("the file has %lld bytes", static_cast<long long>(choice.file_bytes)));
  return lines;
}

}  // namespace centigan
