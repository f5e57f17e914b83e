#pragma once
#include "centigan/core/random.h"
#include "toy_networks.h"

namespace centigan {

// One step of an objective on networks that can be followed by hand: D(x) = sum(x^2) / 2, G(z) = (z0 + z1) / 4.
struct Toy {
  explicit Toy(int64_t num_ws = 1) : generator(new ConstantGenerator(num_ws)), discriminator(new SquareDiscriminator) {
    config.trainer.augment = "";
    config.loss.style_mixing = 0.0;
    info.batch = 4, info.pieces = 1;
    batch.size = 4;
    batch.reals = at::rand({4, 3, 4, 4}) * 2 - 1;
  }
  void build() { objective = make_nonsaturating({config, at::kCPU, generator, discriminator}); }
  torch::Tensor loss(const std::string& phase) { return objective->accumulate({phase, "", 1, 1.0}, batch, stats); }

  std::shared_ptr<ConstantGenerator> generator;
  std::shared_ptr<SquareDiscriminator> discriminator;
  TrainConfig config;
  StepInfo info;
  Batch batch;
  Stats stats;
  std::unique_ptr<Objective> objective;
};

// The same with known reals and without R1, for what methods add.
struct MethodToy : Toy {
  MethodToy() {
    config.loss.r1_gamma = 0.0;
    batch.reals = RandomStream(1, "toy").uniform(0, 4, 48).view({4, 3, 4, 4});
  }
  void begin(bool relativistic = false) {
    const ObjectiveContext context = {config, at::kCPU, generator, discriminator};
    objective = relativistic ? make_relativistic(context) : make_nonsaturating(context);
    objective->begin_step(info);
  }
  double loss(const std::string& phase) { return Toy::loss(phase).item<double>(); }
  torch::Tensor z(const std::string& name) const { return RandomStream(0, "latent/" + name).normal(0, 4, 2); }
  static torch::Tensor images(const torch::Tensor& z) {
    return z.sum(1).view({4, 1, 1, 1}) * at::full({3, 4, 4}, 0.25);
  }
  static torch::Tensor score(const torch::Tensor& x) { return (0.5 * x.square()).sum({1, 2, 3}); }
  double plain_d_loss() const {
    return (at::softplus(score(images(z("D")))).mean() + at::softplus(-score(batch.reals)).mean()).item<double>();
  }
};

}  // namespace centigan
