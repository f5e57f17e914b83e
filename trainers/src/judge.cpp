#include "judge.h"

#include "centigan/core/error.h"

namespace centigan {
namespace {

TrainerConfig second_view(const TrainConfig& config) {
  TrainerConfig second = config.trainer;
  second.augment = config.loss.cr_augment;
  second.adapt.mode = "off";
  return second;
}

}  // namespace

Judge::Judge(const ObjectiveContext& context)
    : r1_on_(context.config.loss.r1_on),
      plain_view_(context.config.loss.cr_augment.empty()),
      wants_raw_(context.config.loss.augself > 0.0),
      discriminator_(context.discriminator),
      layers_(std::dynamic_pointer_cast<LayeredDiscriminator>(context.discriminator)),
      augmenter_(context.config.trainer, context.device),
      second_view_(second_view(context.config), context.device),
      chain_(context) {
  const MethodConfig& methods = context.config.loss;
  if (!layers_ && (methods.augself > 0.0 || methods.chain > 0.0 || methods.advaug > 0.0))
    fail_usage("train", "loss", "this discriminator does not show its layers",
               "leave off augself, chain and advaug, or derive it from LayeredDiscriminator");
}

void Judge::judge(Look& look, const std::string& stream, const Batch& batch, bool exact) const {
  if (!layers_) {
    look.logits = discriminator_->forward(look.shown.images, batch.labels, exact);
    return;
  }
  const MapHook hook = chain_.acts() ? chain_.hook(stream, batch.first, &look.chain_penalty) : MapHook();
  look.maps = layers_->maps(look.shown.images, exact, hook);
  look.features = layers_->features(look.maps, exact);
  look.logits = layers_->score(look.features, batch.labels);
}

Look Judge::look(const torch::Tensor& images, const std::string& stream, const Batch& batch, bool for_methods) const {
  const bool raw = wants_raw_ && for_methods;
  Look look = {images, augmenter_.show(images, stream, batch.first, raw), {}};
  judge(look, stream, batch, /*exact=*/false);
  if (raw) look.raw_features = raw_features(images, stream, batch);
  return look;
}

// With the masks of CHAIN that the shown pictures had, so that T alone makes the difference.
torch::Tensor Judge::raw_features(const torch::Tensor& images, const std::string& stream, const Batch& batch) const {
  torch::Tensor unused;
  const MapHook hook = chain_.acts() ? chain_.hook(stream, batch.first, &unused) : MapHook();
  return layers_->features(layers_->maps(images, /*exact=*/false, hook), /*exact=*/false);
}

Look Judge::exact_look(const torch::Tensor& images, const std::string& stream, const Batch& batch) const {
  torch::Tensor x = images.detach().requires_grad_(true);
  Augmenter::Shown shown = r1_on_ == "raw" ? Augmenter::Shown{x} : augmenter_.show(x, stream, batch.first);
  if (r1_on_ == "shown") x = shown.images = shown.images.detach().requires_grad_(true);
  Look look = {x, shown, {}};
  judge(look, stream, batch, /*exact=*/true);
  return look;
}

// In a call of its own: in a joined batch the minibatch standard deviation would mix the two views.
torch::Tensor Judge::second_logits(const Look& first, const std::string& side, const Batch& batch) const {
  const torch::Tensor seen = (plain_view_ ? first.images : first.shown.images).detach();
  Look second = {seen, second_view_.show(seen, "augment/cr/" + side, batch.first), {}};
  judge(second, "augment/cr/" + side, batch, /*exact=*/false);
  return second.logits;
}

torch::Tensor Judge::logits_of(const Look& look, const torch::Tensor& maps, const Batch& batch) const {
  return layers_->score(layers_->features({maps, look.maps.image}, false), batch.labels);
}

void Judge::observe(const Look& reals) {
  augmenter_.observe(reals.logits, reals.shown);
  chain_.share().observe(reals.logits);
}

}  // namespace centigan
