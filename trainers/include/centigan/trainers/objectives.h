// The objectives by name, and their constructors. A new one: a file in src/objectives, a line here, a line in
// src/objectives/registry.cpp, a test (docs/adding-an-objective.md).
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "centigan/trainers/objective.h"
#include "centigan/trainers/train_config.h"

namespace centigan {

// What an objective may build on. The networks are on the device; an objective takes those it needs.
struct ObjectiveContext {
  TrainConfig config;
  torch::Device device = torch::kCPU;
  std::shared_ptr<Generator> generator;
  std::shared_ptr<Discriminator> discriminator;
};

std::vector<std::string> objective_names();
bool objective_takes_reals(const std::string& name);
std::unique_ptr<Objective> make_objective(const ObjectiveContext& context);

// StyleGAN2's objective: non-saturating logistic loss, R1 in both published forms, path length, style mixing.
std::unique_ptr<Objective> make_nonsaturating(const ObjectiveContext& context);

// BigGAN's: the same passes and methods with the hinge loss; D's updates come before G's.
std::unique_ptr<Objective> make_hinge(const ObjectiveContext& context);

// Experimental: the same with the relativistic pairing loss, and R2 beside R1. G needs scores of reals too.
std::unique_ptr<Objective> make_relativistic(const ObjectiveContext& context);

// A student G (trained, averaged) learns the pictures of a frozen teacher from endless latents and labels:
// pixel_distance (distillation.h) and the terms of distill_config.h. A teacher of another size is average-pooled or
// refused. `eye` is the teacher's discriminator, frozen; `critic` another copy of it, which is trained where the
// adversarial term acts: by the non-saturating loss between pictures of both, with R1 on the teacher's. `on_step` (may
// be empty) is called before each step on the main thread, for students that change over a run.
struct DistillParts {
  std::shared_ptr<Generator> student, teacher;
  std::shared_ptr<LayeredDiscriminator> eye = nullptr;
  std::shared_ptr<Discriminator> critic = nullptr;
  int64_t pyramid_levels = 3;
  double gradient_weight = 1.0;
  DistillTerms terms = {};
  double r1_gamma = 10.0;
  int64_t r1_interval = 16;
  uint64_t seed = 0;
  torch::Device device = torch::kCPU;
  std::function<void(const StepInfo&)> on_step = nullptr;
};
std::unique_ptr<Objective> make_distill(DistillParts parts);

// Style mixing of a batch: the first of num_ws that come from the second latent; num_ws: no mixing. `u` two uniform
// draws.
int64_t mixing_cutoff(double u_mix, double u_cutoff, double probability, int64_t num_ws);

}  // namespace centigan
