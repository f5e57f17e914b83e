#include "judge.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/random.h"
#include "regularizers/advaug.h"

namespace centigan {
namespace {

TrainerConfig second_trainer(const TrainConfig& config) {
  TrainerConfig second = config.trainer;
  second.augment = read_second_view(config.loss.cr_augment).policy;
  second.adapt.mode = "off";
  return second;
}

torch::Tensor part_of(const torch::Tensor& all, const std::vector<int64_t>& sizes, int64_t place) {
  if (sizes.size() == 1 || !all.defined()) return all;
  int64_t first = 0;
  for (int64_t i = 0; i < place; ++i) first += sizes[i];
  return all.narrow(0, first, sizes[place]);
}

torch::Tensor together(const std::vector<torch::Tensor>& parts) {
  return parts.size() == 1 || !parts[0].defined() ? parts[0] : at::cat(parts);
}

}  // namespace

Judge::Judge(const ObjectiveContext& context)
    : r1_on_(context.config.loss.r1_on),
      second_(read_second_view(context.config.loss.cr_augment)),
      wants_raw_(context.config.loss.augself > 0.0),
      joined_(context.config.loss.joined),
      exact_penalty_(context.config.model.precision != "fp16"),
      in_float32_(context.config.model.precision == "float32"),
      discriminator_(context.discriminator),
      layers_(std::dynamic_pointer_cast<LayeredDiscriminator>(context.discriminator)),
      augmenter_(context.config.trainer, context.device),
      second_augmenter_(second_trainer(context.config), context.device),
      chain_(context) {
  const MethodConfig& methods = context.config.loss;
  if (!layers_ && (methods.augself > 0.0 || methods.chain > 0.0 || methods.advaug > 0.0))
    fail_usage("train", "loss", "this discriminator does not show its layers",
               "leave off augself, chain and advaug, or derive it from LayeredDiscriminator");
}

View Judge::view(const torch::Tensor& images, const torch::Tensor& labels, const std::string& stream,
                 const Batch& batch, bool for_methods) const {
  const bool raw = wants_raw_ && for_methods;
  return {images, labels, stream, augmenter_.show(images, stream, batch.first, raw), raw};
}

View Judge::second_view(const View& first, const std::string& side, const Batch& batch) const {
  const std::string stream = "augment/cr/" + side;
  torch::Tensor seen = (second_.plain() ? first.images : first.shown.images).detach();
  if (second_.flip) {
    const torch::Tensor u = RandomStream(augmenter_.seed(), stream + "/flip").uniform(batch.first, seen.size(0), 1);
    seen = at::where(on_device(u.lt(0.5), seen.device()).view({-1, 1, 1, 1}), seen.flip({3}), seen);
  }
  return {seen, first.labels, stream, second_augmenter_.show(seen, stream, batch.first)};
}

std::vector<Look> Judge::look(std::vector<View> views, const Batch& batch) const {
  std::vector<Look> looks;
  for (View& view : views) looks.push_back({std::move(view)});
  const int64_t count = static_cast<int64_t>(looks.size()), at_once = joined_ ? count : 1;
  for (int64_t first = 0; first < count; first += at_once) call(&looks[first], at_once, batch, /*exact=*/false);
  for (Look& look : looks)
    if (look.wants_raw) look.raw_features = raw_features(look, batch);
  return looks;
}

void Judge::call(Look* looks, int64_t count, const Batch& batch, bool exact) const {
  const auto call = std::make_shared<JudgeCall>();
  std::vector<torch::Tensor> images, labels;
  for (int64_t i = 0; i < count; ++i) {
    images.push_back(looks[i].shown.images), labels.push_back(looks[i].labels);
    call->sizes.push_back(images.back().size(0));
  }
  call->labels = together(labels);
  torch::Tensor features, logits;
  if (layers_) {
    call->maps = layers_->maps(together(images), exact, hook(looks, count, batch));
    features = layers_->features(call->maps, exact);
    logits = layers_->score(features, call->labels);
  } else {
    logits = discriminator_->forward(together(images), call->labels, exact);
  }
  for (int64_t i = 0; i < count; ++i) {
    looks[i].call = call, looks[i].place = i;
    looks[i].logits = part_of(logits, call->sizes, i), looks[i].features = part_of(features, call->sizes, i);
  }
}

// CHAIN sees the pictures of each look apart.
MapHook Judge::hook(Look* looks, int64_t count, const Batch& batch) const {
  if (!chain_.acts()) return nullptr;
  std::vector<MapHook> hooks;
  std::vector<int64_t> sizes;
  for (int64_t i = 0; i < count; ++i) {
    hooks.push_back(chain_.hook(looks[i].stream, batch.first, &looks[i].chain_penalty));
    sizes.push_back(looks[i].shown.images.size(0));
  }
  if (count == 1) return hooks[0];
  return [hooks, sizes](const torch::Tensor& map) {
    std::vector<torch::Tensor> parts;
    for (size_t i = 0; i < hooks.size(); ++i) parts.push_back(hooks[i](part_of(map, sizes, static_cast<int64_t>(i))));
    return at::cat(parts);
  };
}

// With the masks of CHAIN that the shown pictures had, so that T alone makes the difference.
torch::Tensor Judge::raw_features(const Look& look, const Batch& batch) const {
  torch::Tensor unused;
  const MapHook hook = chain_.acts() ? chain_.hook(look.stream, batch.first, &unused) : MapHook();
  return layers_->features(layers_->maps(look.images, /*exact=*/false, hook), /*exact=*/false);
}

View Judge::penalty_view(const torch::Tensor& images, const torch::Tensor& labels, const std::string& stream,
                         const Batch& batch, bool for_methods) const {
  const bool raw = wants_raw_ && for_methods;
  torch::Tensor x = images.detach().requires_grad_(true);
  Augmenter::Shown shown = r1_on_ == "raw" ? Augmenter::Shown{x} : augmenter_.show(x, stream, batch.first, raw);
  if (r1_on_ == "shown") x = shown.images = shown.images.detach().requires_grad_(true);
  return {x, labels, stream, shown, raw};
}

Look Judge::penalty_look(const torch::Tensor& images, const torch::Tensor& labels, const std::string& stream,
                         const Batch& batch) const {
  Look look = {penalty_view(images, labels, stream, batch)};
  call(&look, 1, batch, exact_penalty_);
  return look;
}

bool Judge::same_penalty_look() const {
  return (in_float32_ || !exact_penalty_) && r1_on_ != "raw";
}

std::vector<torch::Tensor> Judge::attacked_logits(const torch::Tensor& loss, const std::vector<const Look*>& looks,
                                                  double eta) const {
  std::vector<const JudgeCall*> calls;
  std::vector<torch::Tensor> maps, logits, of_looks;
  for (const Look* look : looks)
    if (std::find(calls.begin(), calls.end(), look->call.get()) == calls.end())
      calls.push_back(look->call.get()), maps.push_back(look->call->maps.x);
  const std::vector<torch::Tensor> moved = adversarial_features(loss, maps, eta);
  for (size_t i = 0; i < calls.size(); ++i)
    logits.push_back(layers_->score(layers_->features({moved[i], calls[i]->maps.image}, false), calls[i]->labels));
  for (const Look* look : looks) {
    const auto at = std::find(calls.begin(), calls.end(), look->call.get()) - calls.begin();
    of_looks.push_back(part_of(logits[at], look->call->sizes, look->place));
  }
  return of_looks;
}

void Judge::observe(const Look& reals) {
  augmenter_.observe(reals.logits, reals.shown);
  chain_.share().observe(reals.logits);
}

}  // namespace centigan
