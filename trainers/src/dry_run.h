// What a run would be, without writing anything.
#pragma once
#include "training.h"

namespace centigan {

// Does a few steps in memory and prints options, networks, memory and time.
TrainEnd dry_run(const TrainConfig& config, const TrainOptions& options, Training& training);

// "auto" becomes bf16 where the CPU multiplies it natively, float32 elsewhere.
void resolve_precision(TrainConfig& config, torch::Device device);

}  // namespace centigan
