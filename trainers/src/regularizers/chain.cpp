#include "chain.h"

#include <ATen/ATen.h>

#include "centigan/core/device.h"

namespace centigan {
namespace {

// p moves by 0.001 an update of D.
AdaptConfig chain_control(const TrainConfig& config) {
  AdaptConfig control;
  control.mode = "policy";
  control.target = config.loss.chain_target,
  control.kimg = static_cast<double>(config.trainer.batch * config.trainer.d_accumulations);
  control.ceiling = config.loss.chain > 0.0 ? 1.0 : 0.0, control.interval = 1;
  return control;
}

// Sums over many pixels need more than a half type.
torch::Tensor wide(const torch::Tensor& maps) {
  return maps.scalar_type() == at::kDouble ? maps : maps.to(at::kFloat);
}

}  // namespace

torch::Tensor chain_scaled(const torch::Tensor& maps, const torch::Tensor& mask) {
  const torch::Tensor rho = (wide(maps).square().mean({0, 2, 3}) + 1e-8).sqrt();
  const torch::Tensor gain = rho.min() / rho;
  const torch::Tensor factor = 1.0 + mask * (gain - 1.0);  // [N,C]
  return maps * factor.view({maps.size(0), maps.size(1), 1, 1}).to(maps.scalar_type());
}

torch::Tensor chain_mean_penalty(const torch::Tensor& maps) {
  return wide(maps).mean({0, 2, 3}).square().mean();
}

Chain::Chain(const ObjectiveContext& context)
    : weight_(context.config.loss.chain),
      seed_(context.config.trainer.seed),
      device_(context.device),
      share_("chain", chain_control(context.config), context.device) {}

MapHook Chain::hook(const std::string& stream, int64_t first, torch::Tensor* penalty) const {
  return [this, stream, first, penalty, layer = int64_t{0}](const torch::Tensor& maps) mutable {
    const RandomStream draws(seed_, "chain/" + stream + "/" + std::to_string(layer++));
    const torch::Tensor mask = draws.uniform(first, maps.size(0), maps.size(1)).lt(share_.p()).to(at::kFloat);
    const torch::Tensor mean = chain_mean_penalty(maps);
    *penalty = penalty->defined() ? *penalty + mean : mean;
    return chain_scaled(maps, on_device(mask, maps.device()));
  };
}

torch::Tensor Chain::term(const torch::Tensor& real_penalty, const torch::Tensor& fake_penalty, Stats& stats) const {
  if (!share_.on()) return {};
  const bool both = real_penalty.defined() && fake_penalty.defined();
  const torch::Tensor sum = both ? real_penalty + fake_penalty : at::zeros({}, at::device(device_));
  stats.add("Loss/chain/means", sum);
  return both ? weight_ * share_.p() * sum : torch::Tensor();
}

}  // namespace centigan
