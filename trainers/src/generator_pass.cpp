#include "generator_pass.h"

#include <ATen/ATen.h>

#include "centigan/core/device.h"

namespace centigan {
namespace {

int64_t pass_count(const Batch& batch, const PassOptions& options) {
  return options.count > 0 ? options.count : batch.size;
}

torch::Tensor chosen_rows(const torch::Tensor& all, const PassOptions& options) {
  return all.defined() && options.rows.defined() ? all.index_select(0, options.rows.to(all.device())) : all;
}

}  // namespace

GeneratorPass::GeneratorPass(const ObjectiveContext& context, const std::string& name, int64_t id)
    : generator_(context.generator),
      device_(context.device),
      style_mixing_(context.config.loss.style_mixing),
      uniform_labels_(context.config.loss.fake_labels == "uniform"),
      latent_(context.config.trainer.seed, "latent/" + name),
      mix_latent_(context.config.trainer.seed, "latent/mix/" + name),
      mixing_(context.config.trainer.seed, "mixing/" + name),
      near_(context.config.trainer.seed, "latent/near/" + name),
      label_(context.config.trainer.seed, "labels/" + name),
      augment_("augment/fake/" + name),
      noise_base_((context.config.trainer.seed << 40) + id) {}

torch::Tensor GeneratorPass::latents(const RandomStream& stream, const Batch& batch, const PassOptions& options) const {
  const int64_t count = pass_count(batch, options);
  return on_device(chosen_rows(stream.normal(batch.first, count, generator_->shape().z_dim), options), device_);
}

torch::Tensor GeneratorPass::mixed_ws(const torch::Tensor& ws, const torch::Tensor& labels, const Batch& batch,
                                      const StepInfo& info, const PassOptions& options) const {
  const int64_t num_ws = ws.size(1);
  if (num_ws < 2 || style_mixing_ <= 0.0) return ws;
  const int64_t of_step = info.step * info.batches + batch.piece / info.pieces;
  const torch::Tensor u = mixing_.uniform(of_step + info.shift, 1, 2);
  const int64_t cutoff = mixing_cutoff(u[0][0].item<float>(), u[0][1].item<float>(), style_mixing_, num_ws);
  if (cutoff == num_ws) return ws;
  const torch::Tensor other = generator_->mapping(latents(mix_latent_, batch, options), labels);
  return at::cat({ws.slice(1, 0, cutoff), other.slice(1, cutoff)}, 1);
}

torch::Tensor GeneratorPass::labels(const Batch& batch, const PassOptions& options) const {
  const int64_t count = pass_count(batch, options), classes = generator_->shape().c_dim;
  if (!uniform_labels_ || options.labels_of_data || classes == 0)
    return chosen_rows(batch.labels.defined() ? batch.labels.slice(0, 0, count) : batch.labels, options);
  const torch::Tensor u = label_.uniform(batch.first, count, 1).flatten();
  const torch::Tensor drawn = u.mul(static_cast<double>(classes)).to(at::kLong).clamp_max(classes - 1);
  return chosen_rows(on_device(at::one_hot(drawn, classes).to(at::kFloat), device_), options);
}

Fakes GeneratorPass::draw(const Batch& batch, const StepInfo& info, const PassOptions& options) const {
  const int64_t count = pass_count(batch, options);
  torch::Tensor z = latents(latent_, batch, options);
  if (options.near_sigma > 0.0) z = z + options.near_sigma * latents(near_, batch, options);
  Fakes fakes;
  fakes.labels = labels(batch, options);
  fakes.ws = generator_->mapping(z, fakes.labels);
  fakes.mixed = mixed_ws(fakes.ws, fakes.labels, batch, info, options);
  // Methods look at gradients here, also where styles are drawn and not learned.
  if (at::GradMode::is_enabled() && !fakes.mixed.requires_grad()) fakes.mixed = fakes.mixed.detach().requires_grad_();
  // Noise seeds are distinct between passes, which are at most four.
  const torch::Tensor pictures = at::arange(batch.first, batch.first + count, at::kLong);
  fakes.synthesis.noise_seeds = chosen_rows(pictures, options).mul(4).add(noise_base_);
  fakes.images = generator_->synthesis(fakes.mixed, fakes.synthesis);
  return fakes;
}

Fakes GeneratorPass::constants(const Batch& batch, const StepInfo& info, const PassOptions& options) const {
  const at::NoGradGuard no_grad;
  return draw(batch, info, options);
}

}  // namespace centigan
