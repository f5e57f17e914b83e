#include "centigan/compress/prune.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <tuple>

#include "centigan/core/random.h"
#include "centigan/models/drawing.h"

namespace centigan {
namespace {

constexpr int64_t kProbeBatch = 16;
constexpr double kLatentStep = 0.1;

// Who reads the channels of a layer: [what is read, every use of it] as columns of weights and their gradients.
struct Reader {
  const LiteUnitImpl* unit;
  bool gains;  // the affine of the gains, which reads the style
};

bool is_map(const LiteUnit& unit) {
  return unit->layer.op == LiteOp::kMap;
}

// The last mapping layer is read as the style, by every gain and by START.
std::vector<Reader> readers_of(const std::vector<LiteUnit>& units, size_t row) {
  std::vector<Reader> readers;
  const bool mapping = is_map(units[row]), inner = mapping && is_map(units[row + 1]);
  if (inner) return {{units[row + 1].get(), false}};
  for (size_t next = row + 1; next < units.size(); ++next) {
    const LiteUnitImpl* unit = units[next].get();
    if (mapping && unit->layer.gain) readers.push_back({unit, true});
    if (mapping && unit->layer.dense()) readers.push_back({unit, false});
    if (mapping) continue;
    readers.push_back({unit, false});
    if (unit->layer.makes_map()) break;
  }
  return readers;
}

// Sum over all uses of a channel: [channels].
torch::Tensor over_uses(const torch::Tensor& values, const Reader& reader) {
  const bool convolves = !reader.gains && reader.unit->layer.convolves();
  return convolves ? values.sum({0, 2, 3}) : values.sum(0);
}

// Derivative of a probe by the strength of every channel of a layer.
torch::Tensor strength_gradient(const std::vector<Reader>& readers) {
  torch::Tensor sum;
  for (const Reader& reader : readers) {
    const torch::Tensor& weight = reader.gains ? reader.unit->gain_weight : reader.unit->weight;
    if (!weight.grad().defined()) continue;
    const auto part = over_uses((weight * weight.grad()).detach(), reader);
    sum = sum.defined() ? sum + part : part;
  }
  return sum;
}

// Random pictures of +-1: the square of a projection on them is, on average, the squared length.
torch::Tensor signs(const RandomStream& stream, int64_t first, const torch::Tensor& like) {
  const auto drawn = stream.normal(first, like.size(0), like[0].numel()).sign();
  return drawn.view(like.sizes()).to(like.options());
}

struct Probe {
  LiteGenerator& generator;
  RandomStream latents, steps, labels, answers;

  torch::Tensor pictures(int64_t first, double step) const {
    const GeneratorShape& shape = generator.shape();
    auto z = latents.normal(first, kProbeBatch, shape.z_dim);
    if (step > 0.0) z = z + step * steps.normal(first, kProbeBatch, shape.z_dim);
    const auto c = drawn_labels(labels, first, kProbeBatch, shape.c_dim);
    return generator.forward(z, c, 1.0, {NoiseMode::kNone, {}});
  }

  // Of the pictures, or of their change along a direction.
  torch::Tensor scalar(int64_t first, bool change) const {
    auto drawn = pictures(first, 0.0);
    if (change) drawn = pictures(first, kLatentStep) - drawn;
    return (drawn * signs(answers, first, drawn)).sum();
  }
};

void add_squares(const std::vector<LiteUnit>& units, std::vector<torch::Tensor>& sums) {
  for (size_t row = 0; row < units.size(); ++row) {
    if (units[row]->layer.op == LiteOp::kToRgb) continue;
    const auto square = strength_gradient(readers_of(units, row)).square().to(at::kCPU, at::kDouble);
    sums[row] = sums[row].defined() ? sums[row] + square : square;
  }
}

std::vector<torch::Tensor> squared_gradients(LiteGenerator& teacher, uint64_t seed, int64_t probes, bool change) {
  const auto stream = [&](const char* name) { return RandomStream(seed, name); };
  const Probe probe{teacher, stream("prune"), stream("prune/steps"), stream("prune/labels"), stream("prune/answers")};
  std::vector<torch::Tensor> sums(teacher.units().size());
  for (torch::Tensor parameter : teacher.parameters()) parameter.requires_grad_(true);
  for (int64_t i = 0; i < probes; ++i) {
    for (torch::Tensor parameter : teacher.parameters()) parameter.mutable_grad() = torch::Tensor();
    probe.scalar(i * kProbeBatch, change).backward();
    add_squares(teacher.units(), sums);
  }
  for (torch::Tensor parameter : teacher.parameters()) parameter.mutable_grad() = torch::Tensor();
  return sums;
}

torch::Tensor share(const torch::Tensor& values) {
  return values / at::clamp_min(values.sum(), 1e-30);
}

torch::Tensor everything(int64_t size) {
  return at::arange(size, at::kLong);
}

// Copies what a student's layer keeps of its teacher's.
class Cut {
 public:
  Cut(const LiteUnitImpl& from, LiteUnitImpl& to) : from_(from), to_(to) {}

  void copy(const torch::Tensor& in, const torch::Tensor& out, const torch::Tensor& style) const {
    const LiteLayer& layer = from_.layer;
    if (from_.weight.defined()) copy_weight(in, out, style);
    to_.bias.copy_(from_.bias.index_select(0, out));
    if (from_.constant.defined()) to_.constant.copy_(from_.constant.index_select(2, out));
    if (from_.noise_strength.defined() && to_.noise_strength.defined())
      to_.noise_strength.copy_(from_.noise_strength.index_select(0, out));
    if (!layer.gain) return;
    const auto& rows = layer.op == LiteOp::kToRgb ? in : out;
    const double ratio = from_.gain_scale / to_.gain_scale;
    to_.gain_weight.copy_(from_.gain_weight.index_select(0, rows).index_select(1, style) * ratio);
    to_.gain_bias.copy_(from_.gain_bias.index_select(0, rows));
  }

 private:
  void copy_weight(const torch::Tensor& in, const torch::Tensor& out, const torch::Tensor& style) const {
    auto weight = from_.scaled_weight();
    if (from_.layer.op == LiteOp::kStart) {
      weight = weight.view({kLiteStart * kLiteStart, from_.layer.cout, -1}).index_select(1, out).index_select(2, style);
      to_.weight.copy_(weight.flatten(0, 1) / to_.weight_gain);
      return;
    }
    to_.weight.copy_(weight.index_select(0, out).index_select(1, in) / to_.weight_gain);
  }

  const LiteUnitImpl& from_;
  LiteUnitImpl& to_;
};

}  // namespace

std::string prune_obstacle(const ModelConfig& teacher, const ModelConfig& student) {
  if (teacher.family != "lite" || teacher.lite.int8) return "the teacher is no lite generator in floats";
  if (teacher.lite.z_dim != student.lite.z_dim ||
      (teacher.classes > 0 && teacher.lite.embed_dim != student.lite.embed_dim))
    return "latent or embedding have another size";
  if (teacher.lite.demodulate != student.lite.demodulate) return "only one of both demodulates";
  const auto from = lite_layers(teacher), to = lite_layers(student);
  for (size_t row = 0; row < std::max(from.size(), to.size()); ++row) {
    if (row >= from.size() || row >= to.size() || from[row].name != to[row].name)
      return "the layers differ from " + (row < to.size() ? to[row].name : from[row].name) + " on";
    if (from[row].dense() != to[row].dense()) return "only one of both has start_dense";
    if (to[row].cout > from[row].cout || to[row].cin > from[row].cin)
      return to[row].name + " is wider than the teacher's";
  }
  return "";
}

torch::Tensor strongest(const torch::Tensor& responses, int64_t count) {
  const auto order = std::get<1>(at::sort(responses, /*stable=*/true, /*dim=*/0, /*descending=*/true));
  return std::get<0>(order.slice(0, 0, count).sort());
}

std::vector<torch::Tensor> channel_responses(LiteGenerator& teacher, uint64_t seed, int64_t probes) {
  const auto content = squared_gradients(teacher, seed, probes, false);
  const auto answer = squared_gradients(teacher, seed, probes, true);
  std::vector<torch::Tensor> responses(content.size());
  for (size_t row = 0; row < content.size(); ++row)
    if (content[row].defined()) responses[row] = share(content[row]) + share(answer[row]);
  return responses;
}

std::shared_ptr<LiteGenerator> pruned(LiteGenerator& teacher, const ModelConfig& student, uint64_t seed,
                                      int64_t probes) {
  const auto responses = channel_responses(teacher, seed, probes);
  const at::NoGradGuard no_grad;
  auto small = std::make_shared<LiteGenerator>(student, seed);
  const auto &from = teacher.units(), &to = small->units();
  auto in = everything(lite_input_size(student)), style = in;
  for (size_t row = 0; row < from.size(); ++row) {
    const bool rgb = from[row]->layer.op == LiteOp::kToRgb;
    const auto out = rgb ? everything(student.channels) : strongest(responses[row], to[row]->layer.cout);
    Cut(*from[row], *to[row]).copy(in, out, style);
    if (is_map(from[row])) style = out;
    if (!rgb) in = out;
  }
  if (small->embed().defined()) small->embed().copy_(teacher.embed());
  small->w_avg().copy_(teacher.w_avg().index_select(0, style));
  return small;
}

}  // namespace centigan
