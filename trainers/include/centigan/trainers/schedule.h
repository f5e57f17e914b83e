// What is due at a step, and the numbers that change over a run: pure functions of the configuration and the step.
#pragma once
#include <vector>

#include "centigan/trainers/objective.h"
#include "centigan/trainers/train_config.h"

namespace centigan {

int64_t pictures_a_step(const TrainerConfig& config);  // those of all its batches
int64_t total_steps(const TrainerConfig& config);      // kimg * 1000 / pictures_a_step, rounded up
StepInfo step_info(const TrainerConfig& config, int64_t step);

// A phase runs at steps that are multiples of its interval.
bool is_due(const Phase& phase, const StepInfo& info);

// True if the pictures of this step reach or pass a multiple of `every_kimg`.
bool passes(double every_kimg, const StepInfo& info);

// Factor of the learning rates: 1, then linearly down to lr_final over the last part of the run.
double lr_scale(const TrainerConfig& config, const StepInfo& info);

// Weight of the old average at this step: 0.5^(pictures / half-life), the half-life limited by ema_rampup * pictures
// seen before the step; 0 (a plain copy) during ema_start. Karras et al., 2020.
double ema_beta(const TrainerConfig& config, const StepInfo& info);

// Adam settings of a network whose longest phase interval is k: with lazy_correction r = k/(k+1), lr * r and betas^r,
// else unchanged. Karras et al., 2020, appendix B.
struct AdamSettings {
  double lr_factor = 1.0, beta1 = 0.0, beta2 = 0.99, eps = 1e-8;
};
AdamSettings adam_settings(const AdamConfig& config, const std::vector<Phase>& phases, const std::string& trained);

}  // namespace centigan
