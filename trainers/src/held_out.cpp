#include "held_out.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "centigan/core/random.h"
#include "centigan/models/eval_scope.h"
#include "grid.h"

namespace centigan {
namespace {

constexpr int64_t kMostScored = 64;

// As many as D sees together in training, in whole groups.
int64_t pictures_a_look(const TrainConfig& config, int64_t available) {
  const int64_t look = std::min(available, config.trainer.batch / config.trainer.pieces);
  const int64_t group = batch_group(config.model);
  return group > 0 && look > group ? look - look % group : look;
}

}  // namespace

HeldOutScores::HeldOutScores(const TrainConfig& config, const TrainParts& parts, torch::Device device)
    : classes_(config.model.classes), split_seed_(config.data.split_seed), look_(0), device_(device) {
  if (!parts.holdout || !parts.data || !parts.discriminator || !parts.generator) return;
  generator_ = parts.generator, discriminator_ = parts.discriminator;
  look_ = pictures_a_look(config, std::min({parts.holdout->size(), parts.data->size(), kMostScored}));
  real_ = some_of(*parts.data), held_out_ = some_of(*parts.holdout);
}

// Drawn, so that a set sorted by kind gives some of each.
HeldOutScores::Pictures HeldOutScores::some_of(const Dataset& dataset) const {
  const int64_t count = std::min(dataset.size(), kMostScored), whole = count - count % look_;
  const auto order = RandomStream(split_seed_, "data/scored").permutation(0, dataset.size());
  std::vector<torch::Tensor> images;
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < whole; ++i)
    images.push_back(dataset.image(order[i])), labels.push_back(dataset.label(order[i]));
  Pictures some;
  some.images = at::stack(images).to(device_, at::kFloat).div_(127.5).sub_(1.0);
  if (classes_ > 0) some.labels = at::one_hot(at::tensor(labels, at::kLong), classes_).to(device_, at::kFloat);
  return some;
}

double HeldOutScores::score(const torch::Tensor& images, const torch::Tensor& labels) const {
  double sum = 0.0;
  for (int64_t first = 0; first < images.size(0); first += look_) {
    const torch::Tensor c = labels.defined() ? labels.narrow(0, first, look_) : labels;
    sum += discriminator_->forward(images.narrow(0, first, look_), c).sum().item<double>();
  }
  return sum / static_cast<double>(images.size(0));
}

void HeldOutScores::report(std::map<std::string, double>& values) const {
  if (!discriminator_) return;
  const at::NoGradGuard no_grad;
  const EvalScope discriminator(*discriminator_), generator(*generator_);
  const int64_t count = held_out_.images.size(0);
  const Samples fakes = fixed_samples(*generator_, device_, classes_, count);
  const double real = score(real_.images, real_.labels), held_out = score(held_out_.images, held_out_.labels);
  const double fake = score(fakes.images, fakes.labels);
  values["Overfit/scores/real"] = real;
  values["Overfit/scores/held_out"] = held_out;
  values["Overfit/scores/fake"] = fake;
  values["Overfit/r_v"] = real == fake ? 0.0 : (real - held_out) / (real - fake);
}

}  // namespace centigan
