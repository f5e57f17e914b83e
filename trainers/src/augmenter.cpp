#include "centigan/trainers/augmenter.h"

#include <ATen/ATen.h>

#include <cstdio>

#include "centigan/core/device.h"
#include "centigan/core/random.h"
#include "centigan/trainers/schedule.h"

namespace centigan {
namespace {

torch::Tensor steps_of_columns(const Augmentation& augmentation) {
  std::vector<int64_t> steps;
  for (size_t i = 0; i < augmentation.steps().size(); ++i)
    steps.insert(steps.end(), make_augmentation(augmentation.steps()[i].text)->value_draws(), static_cast<int64_t>(i));
  return at::tensor(steps, at::kLong);
}

}  // namespace

Augmenter::Augmenter(const TrainerConfig& config, torch::Device device)
    : seed_(config.seed), device_(device), augmentation_(make_augmentation(config.augment)) {
  column_steps_ = steps_of_columns(*augmentation_).to(device);
  const int64_t steps = static_cast<int64_t>(augmentation_->steps().size());
  if (config.adapt.mode != "off") controller_ = std::make_unique<AugmentController>(config.adapt, steps, device);
}

Augmenter::Shown Augmenter::show(const torch::Tensor& images, const std::string& name, int64_t first,
                                 bool with_draws) const {
  if (augmentation_->steps().empty()) return {images};
  const int64_t count = images.size(0), gates = augmentation_->gate_draws(controller_ != nullptr);
  torch::Tensor u = RandomStream(seed_, name).uniform(first, count, augmentation_->value_draws());
  if (gates > 0) u = at::cat({u, RandomStream(seed_, name + "/gates").uniform(first, count, gates)}, 1);
  u = on_device(u, device_);
  AugmentOptions options;
  if (controller_) options.p = controller_->p();
  if (augmentation_->takes_noise())
    options.noise = on_device(
        RandomStream(seed_, name + "/noise").normal(first, count, images[0].numel()).view(images.sizes()), device_);
  Shown shown = {augmentation_->apply(images, u, options)};
  if (controller_ && controller_->needs_acted()) shown.acted = augmentation_->acted(u, options.p);
  if (!with_draws) return shown;
  shown.draws = u.narrow(1, 0, value_draws());
  shown.draws_acted = augmentation_->acted(u, options.p).index_select(1, column_steps_).to(u.scalar_type());
  return shown;
}

void Augmenter::observe(const torch::Tensor& logits, const Shown& reals) {
  if (controller_) controller_->observe(logits, reals.acted);
}

void Augmenter::end_step(const StepInfo& info) {
  if (controller_) controller_->end_step(info.step, info.batch);
}

void Augmenter::report(std::map<std::string, double>& values) const {
  if (!controller_) return;
  const std::vector<double>& p = controller_->probabilities();
  double sum = 0.0;
  for (const double one : p) sum += one;
  values["Augment/p"] = sum / p.size();
  values["Augment/sign"] = controller_->sign();
  if (!controller_->needs_acted()) return;
  for (size_t i = 0; i < p.size(); ++i) values["Augment/p/" + augmentation_->steps()[i].name] = p[i];
}

void Augmenter::save(Snapshot& snapshot) const {
  if (controller_) controller_->save("augment/", snapshot);
}

void Augmenter::load(const Snapshot& snapshot, const std::string& source) {
  if (controller_) controller_->load("augment/", snapshot, source);
}

std::string augment_summary(const TrainerConfig& config) {
  const auto augmentation = make_augmentation(config.augment);
  if (augmentation->steps().empty()) return "augmentation: none";
  const AdaptConfig& adapt = config.adapt;
  std::string text;
  for (const AugmentStep& step : augmentation->steps()) text += (text.empty() ? "augmentation: " : ", ") + step.name;
  text += ", " + std::to_string(augmentation->draws(adapt.mode != "off")) + " draws a picture";
  if (adapt.mode == "off") return text;
  char line[200];
  std::snprintf(line, sizeof line, "; %s from %g to at most %g, by %g every %lld steps towards a mean sign of %g",
                adapt.mode == "step" ? "a p for each step" : "p", adapt.start, adapt.ceiling,
                pictures_a_step(config) * adapt.interval / (1000.0 * adapt.kimg),
                static_cast<long long>(adapt.interval), adapt.target);
  return text + line;
}

}  // namespace centigan
