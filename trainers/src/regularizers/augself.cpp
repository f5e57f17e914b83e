#include "augself.h"

#include <ATen/ATen.h>

#include <cmath>

#include "centigan/core/random.h"

namespace centigan {
namespace {

constexpr int64_t kAugSelfHidden = 128;

// Equalised learning rate, as in the networks.
torch::Tensor equalised(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  return at::linear(x, weight / std::sqrt(static_cast<double>(weight.size(1))), bias);
}

}  // namespace

AugSelfHead::AugSelfHead(int64_t features, int64_t draws, uint64_t seed) {
  const auto weight = [&](const char* name, int64_t out, int64_t in) {
    const RandomStream stream(seed, std::string("init/augself/") + name);
    return register_parameter(name, stream.normal(0, 1, out * in).view({out, in}));
  };
  hidden_ = weight("hidden_weight", kAugSelfHidden, features);
  hidden_bias_ = register_parameter("hidden_bias", at::zeros({kAugSelfHidden}));
  out_ = weight("out_weight", draws, kAugSelfHidden);
  out_bias_ = register_parameter("out_bias", at::zeros({draws}));
}

torch::Tensor AugSelfHead::forward(const torch::Tensor& difference) const {
  const torch::Tensor hidden = at::leaky_relu(equalised(difference, hidden_, hidden_bias_), 0.2);
  return equalised(hidden * std::sqrt(2.0), out_, out_bias_);
}

torch::Tensor augself_error(const torch::Tensor& predicted, const torch::Tensor& target, const torch::Tensor& acted) {
  return ((predicted - target).square() * acted).mean();
}

AugSelf::AugSelf(const ObjectiveContext& context, const Judge& judge) : weight_(context.config.loss.augself) {
  if (weight_ <= 0.0) return;
  head_ =
      std::make_shared<AugSelfHead>(judge.feature_size(), judge.augmenter().value_draws(), context.config.trainer.seed);
  head_->to(context.device);
}

AugSelf::Example AugSelf::example(const Look& look) {
  return {look.features - look.raw_features, look.shown.draws, look.shown.draws_acted};
}

torch::Tensor AugSelf::error(const Example& example, double sign) const {
  return augself_error(head_->forward(example.difference), sign * example.draws, example.acted);
}

torch::Tensor AugSelf::generator_term(const Look& fake, Stats& stats) const {
  if (!on()) return {};
  const Example seen = example(fake);
  const torch::Tensor predicted = head_->forward(seen.difference);
  const torch::Tensor gap =
      augself_error(predicted, seen.draws, seen.acted) - augself_error(predicted, -seen.draws, seen.acted);
  stats.add("Loss/augself/G", gap);
  return weight_ * gap;
}

torch::Tensor AugSelf::discriminator_term(int64_t piece, const Look& real, const Look& fake, Stats& stats) {
  if (!on()) return {};
  const Example on_real = example(real), on_fake = example(fake);
  pieces_[piece].real = {on_real.difference.detach(), on_real.draws, on_real.acted};
  pieces_[piece].fake = {on_fake.difference.detach(), on_fake.draws, on_fake.acted};
  const torch::Tensor sum = error(on_real, 1.0) + error(on_fake, -1.0);
  stats.add("Loss/augself/D", sum);
  return weight_ * sum;
}

// The head's part of the same minimum, from the features that D had in its own step.
torch::Tensor AugSelf::head_loss(int64_t piece) const {
  const Piece& seen = pieces_[piece];
  return weight_ * (error(seen.real, 1.0) + error(seen.fake, -1.0));
}

}  // namespace centigan
