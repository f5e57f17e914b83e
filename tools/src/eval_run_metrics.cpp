// Numbers that need the networks of a run.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/image.h"
#include "centigan/core/progress.h"
#include "centigan/metrics/pair_distances.h"
#include "centigan/metrics/path_length.h"
#include "drawing.h"
#include "eval_metrics.h"

namespace centigan {
namespace {

constexpr int64_t kPaths = 32, kPathPoints = 17, kPairBatch = 8;
constexpr int64_t kMostScored = 1000;
constexpr size_t kScoreBatch = 32;

// The run, its networks on its device.
Run& run_of(EvalSubject& s, const std::string& word) {
  if (!s.run) fail("eval", word, "needs the networks of a run", "give --from RUN instead of --fake DIR");
  const torch::Device device = pick_device(s.run->config.trainer.device);
  s.run->generator->to(device);
  if (s.run->discriminator) s.run->discriminator->to(device);
  return *s.run;
}

torch::Device device_of(const Run& run) {
  return pick_device(run.config.trainer.device);
}

// Truncated styles of seeds first … first+count-1, each of its own class where there are classes.
at::Tensor styles(Run& run, uint64_t first, int64_t count, double psi = 1.0) {
  std::vector<uint64_t> seeds(static_cast<size_t>(count));
  std::iota(seeds.begin(), seeds.end(), first);
  const DrawRequest request = request_of_seeds(run.generator->shape(), seeds);
  const at::Tensor z = request.z.to(device_of(run));
  const at::Tensor labels = request.labels.defined() ? request.labels.to(device_of(run)) : at::Tensor();
  return run.generator->truncate(run.generator->mapping(z, labels), psi, -1, labels);
}

at::Tensor synthesised(Generator& generator, const at::Tensor& ws) {
  SynthesisOptions options;
  options.noise = NoiseMode::kConst;
  return generator.synthesis(ws, options).cpu();
}

EvalNumbers smoothness(EvalSubject& s) {
  Run& run = run_of(s, "smoothness");
  const at::Tensor a = styles(run, s.seed, kPaths, s.psi);
  const at::Tensor b = styles(run, s.seed + kPaths, kPaths, s.psi);
  const at::Tensor t = at::linspace(0, 1, kPathPoints, a.options()).reshape({-1, 1, 1});
  std::vector<at::Tensor> steps;
  Progress progress("interpolations", kPaths, "paths", s.quiet);
  for (int64_t i = 0; i < kPaths; ++i) {
    const at::Tensor pictures = synthesised(*run.generator, a[i] + (b[i] - a[i]) * t);
    const at::Tensor features = s.extractor->features(to_uint8(pictures));
    steps.push_back((features.slice(0, 1) - features.slice(0, 0, -1)).to(at::kDouble).norm(2, {1}));
    progress.update(i + 1);
    leave_if_stopped("eval", std::to_string(i + 1) + " interpolations");
  }
  progress.finish();
  s.evidence.jump = interpolation_jump(at::stack(steps));
  return {{"smoothness(paths=32)", *s.evidence.jump, {}, *s.evidence.jump > 6 ? "jumps" : ""}};
}

at::Tensor box_averaged(at::Tensor pictures) {
  while (std::max(pictures.size(2), pictures.size(3)) > 256) pictures = at::avg_pool2d(pictures, {2, 2});
  return (pictures + 1) * 127.5;
}

EvalNumbers path_numbers(EvalSubject& s) {
  Run& run = run_of(s, "ppl");
  const FeatureExtractor& extractor = s.vgg ? *s.vgg : *s.extractor;
  const auto synthesis = [&](const at::Tensor& ws) { return box_averaged(synthesised(*run.generator, ws)); };
  const auto distance = [&](const at::Tensor& a, const at::Tensor& b) { return row_distances(extractor, a, b); };
  std::vector<at::Tensor> distances;
  Progress progress("path length", s.path_pairs, "pairs", s.quiet);
  for (int64_t i = 0; i < s.path_pairs; i += kPairBatch) {
    const int64_t count = std::min(kPairBatch, s.path_pairs - i);
    const uint64_t first = s.seed + static_cast<uint64_t>(i);
    distances.push_back(path_distances(synthesis, distance, styles(run, first, count),
                                       styles(run, first + static_cast<uint64_t>(s.path_pairs), count)));
    progress.update(i + count);
    leave_if_stopped("eval", std::to_string(i + count) + " pairs");
  }
  progress.finish();
  const std::string name = extractor.path_label() + "(N=" + std::to_string(s.path_pairs) + ")";
  EvalNumbers numbers = {{name, path_length(at::cat(distances)).value, {}, ""}};
  numbers.front().extractor = &extractor;
  return numbers;
}

// Whole batches, because some discriminators look at groups of pictures: the last one is filled up from the front.
at::Tensor scores_of(Run& run, const std::vector<at::Tensor>& pictures) {
  std::vector<at::Tensor> scores;
  for (size_t first = 0; first < pictures.size(); first += kScoreBatch) {
    std::vector<at::Tensor> batch;
    for (size_t i = 0; i < kScoreBatch; ++i) batch.push_back(pictures[(first + i) % pictures.size()]);
    const at::Tensor x = at::stack(batch).to(at::kFloat) / 127.5 - 1;
    scores.push_back(run.discriminator->forward(x.to(device_of(run)), {}, /*exact=*/true).flatten().cpu());
  }
  return at::cat(scores).narrow(0, 0, static_cast<int64_t>(pictures.size()));
}

// Pictures of a set as D takes them.
std::vector<at::Tensor> pictures_for(const Run& run, const MeasuredSet& set) {
  const ModelConfig& model = run.config.model;
  std::vector<at::Tensor> pictures;
  for (int64_t i = 0; i < std::min(set.count(), kMostScored); ++i) {
    const at::Tensor picture = set.picture(i).narrow(0, 0, model.channels).unsqueeze(0).to(at::kFloat);
    const at::Tensor sized = at::_upsample_bilinear2d_aa(picture, {picture_height(model), picture_width(model)}, false);
    pictures.push_back(sized.squeeze(0).round().clamp(0, 255));
  }
  return pictures;
}

EvalNumbers gap_numbers(EvalSubject& s) {
  Run& run = run_of(s, "d-gap");
  if (!run.discriminator || !s.held_out.stream || run.config.model.classes > 0)
    fail("eval", "d-gap", "needs a discriminator without classes, and pictures that training did not see",
         "give --held-out DIR, and a run that was trained against pictures");
  const auto gap =
      discriminator_gap(scores_of(run, pictures_for(run, s.real)), scores_of(run, pictures_for(run, s.held_out)),
                        scores_of(run, pictures_for(run, s.fake)));
  if (!gap) return {{"d-gap", std::nan(""), {}, "n/a: D does not score training pictures above fakes"}};
  return {{"d-gap", *gap, {}, *gap > 0.5 ? "D knows its training pictures by heart" : ""}};
}

}  // namespace

EvalNumbers numbers_of_run(const std::string& word, EvalSubject& subject) {
  const at::NoGradGuard no_grad;
  if (word == "smoothness") return smoothness(subject);
  return word == "ppl" ? path_numbers(subject) : gap_numbers(subject);
}

}  // namespace centigan
