// Introduces usage of Objective: a hinge loss with R1, trained by the same loop as every other method.
//
//   new_objective PICTURES RUN KIMG
//
// docs/adding-an-objective.md explains each part.
#include <ATen/ATen.h>
#include <centigan/core/device.h>
#include <centigan/core/random.h>
#include <centigan/core/signals.h>
#include <centigan/trainers/augmenter.h>
#include <centigan/trainers/regularizers.h>
#include <centigan/trainers/train.h>

#include <cstdio>
#include <cstdlib>

using namespace centigan;

class Hinge final : public Objective {
 public:
  Hinge(const TrainConfig& config, std::shared_ptr<Generator> g, std::shared_ptr<Discriminator> d)
      : g_(g), d_(d), augmenter_(config.trainer, torch::kCPU), seed_(config.trainer.seed) {}

  // What is optimised. The loop keeps an average of G.
  std::vector<Trained> trained() override { return {{"G", g_, true}, {"D", d_, false}}; }

  // When, and how strongly. R1 is lazy: every 16th step, times 16.
  std::vector<Phase> phases() const override {
    return {{"Gmain", "G", 1, 1.0}, {"Dmain", "D", 1, 1.0}, {"Dreg", "D", 16, 16.0}};
  }

  void begin_step(const StepInfo&) override {}

  // Adaptive augmentation, and its place in checkpoints and logs.
  void end_step(const StepInfo& info) override { augmenter_.end_step(info); }
  void save(Snapshot& snapshot) const override { augmenter_.save(snapshot); }
  void load(const Snapshot& snapshot, const std::string& file) override { augmenter_.load(snapshot, file); }
  void report(std::map<std::string, double>& values) const override { augmenter_.report(values); }

  // The mean loss over one piece of the batch. Pieces may run side by side: nothing here is written to.
  torch::Tensor accumulate(const Phase& phase, const Batch& batch, Stats& stats) override {
    if (phase.name == "Dreg") return regularizer(batch, stats);
    const auto shown = augmenter_.show(fakes(phase, batch), "augment/fake/" + phase.name, batch.first);
    const torch::Tensor fake = d_->forward(shown.images, {});
    if (phase.name == "Gmain") return -fake.mean();
    const Augmenter::Shown shown_reals = augmenter_.show(batch.reals, "augment/real", batch.first);
    const torch::Tensor real = d_->forward(shown_reals.images, {});
    augmenter_.observe(real, shown_reals);  // what adaptive augmentation goes by
    const torch::Tensor loss = at::relu(1 + fake).mean() + at::relu(1 - real).mean();
    stats.add("Loss/D/loss", loss);
    return loss;
  }

 private:
  // Draws depend on the seed, a name and the number of the picture, never on the piece or the thread.
  torch::Tensor fakes(const Phase& phase, const Batch& batch) const {
    const at::AutoGradMode gradients(phase.trains == "G");
    const auto z = RandomStream(seed_, "latent/" + phase.name).normal(batch.first, batch.size, g_->shape().z_dim);
    SynthesisOptions options;
    options.noise_seeds = at::arange(batch.first, batch.first + batch.size, at::kLong);
    return g_->forward(z, {}, 1.0, options);
  }

  torch::Tensor regularizer(const Batch& batch, Stats& stats) const {
    const torch::Tensor x = batch.reals.detach().requires_grad_(true);
    const torch::Tensor penalty = r1_penalty(d_->forward(x, {}, /*exact=*/true), x);
    stats.add("Loss/r1_penalty", penalty);
    return penalty.mean() * 0.15;
  }

  std::shared_ptr<Generator> g_;
  std::shared_ptr<Discriminator> d_;
  Augmenter augmenter_;
  uint64_t seed_;
};

// The loop asks for data, networks and objective; everything else (checkpoints, resuming, logs) is its own.
TrainParts hinge_parts(const TrainConfig& config, torch::Device) {
  TrainParts parts;
  parts.data = open_dataset(config.data, config.model.resolution, config.model.channels, &parts.data_report);
  parts.generator = make_generator(config.model, config.trainer.seed);
  const auto discriminator = make_discriminator(config.model, config.trainer.seed);
  parts.objective = std::make_shared<Hinge>(config, parts.generator, discriminator);
  return parts;
}

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: new_objective PICTURES RUN KIMG\n"), 2;
  prepare_process();
  install_signal_handlers();
  TrainConfig config;
  apply_preset("quickstart", config);
  config.data.path = argv[1], config.out = argv[2], config.trainer.kimg = std::atof(argv[3]);
  config.trainer.device = "cpu";
  try {
    return train_with(config, {}, hinge_parts) == TrainEnd::kStopped ? 1 : 0;
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "%s\n", error.what()), 1;
  }
}
