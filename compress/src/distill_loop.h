// How the trainings of students are set up.
#pragma once
#include <string>

#include "centigan/compress/distill.h"
#include "centigan/trainers/train_config.h"

namespace centigan {

constexpr double kLeastTime = 1e-3;  // seconds; 0 would be no limit

// A run of `kimg` in the folder `out` that draws what config.from draws.
TrainConfig distill_loop(const DistillConfig& config, const ModelConfig& model, const std::string& out, double kimg);

// The options with what is left of the time for a process that began at clock_seconds() `begun`.
TrainOptions remaining_of(const TrainOptions& options, double begun);

// Whether the loop will load what it trains from there.
bool has_checkpoint(const std::string& out);

}  // namespace centigan
