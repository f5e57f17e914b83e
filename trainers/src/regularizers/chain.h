// CHAIN, batch form (Ni and Koniusz, "CHAIN: Enhancing Generalization in Data-Efficient GANs", 2024), as far as its
// formulas are known to us (docs/methods.md says what is not confirmed).
#pragma once
#include "centigan/core/random.h"
#include "centigan/models/discriminator.h"
#include "centigan/trainers/objectives.h"
#include "steered.h"

namespace centigan {

// maps [N,C,H,W], mask [N,C] of 0 and 1: where it is 1, the map times min(rho) / rho, with rho [C] the root of the
// mean square over pictures and pixels. Nothing is centred and no gain exceeds 1.
torch::Tensor chain_scaled(const torch::Tensor& maps, const torch::Tensor& mask);

// Mean over channels of the squared mean over pictures and pixels, 0-d.
torch::Tensor chain_mean_penalty(const torch::Tensor& maps);

class Chain {
 public:
  explicit Chain(const ObjectiveContext& context);
  bool acts() const { return share_.p() > 0.0; }
  // For one look of D at pictures first … . Adds to `penalty` (undefined: 0) for each map. Masks are drawn from
  // chain/<stream>/<layer>. Lives as long as this and `penalty`.
  MapHook hook(const std::string& stream, int64_t first, torch::Tensor* penalty) const;
  // Weighted loss of D for its two looks, undefined where it does not act.
  torch::Tensor term(const torch::Tensor& real_penalty, const torch::Tensor& fake_penalty, Stats& stats) const;
  SteeredShare& share() { return share_; }
  const SteeredShare& share() const { return share_; }

 private:
  double weight_;
  uint64_t seed_;
  torch::Device device_;
  SteeredShare share_;
};

}  // namespace centigan
