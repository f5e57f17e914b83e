#include "gan_phases.h"

namespace centigan {
namespace {

Phase lazy(const char* name, const char* trains, int64_t interval, int64_t batches) {
  return {name, trains, interval, static_cast<double>(interval), 0, batches};
}

// Each update has batches of its own.
std::vector<Phase> updates_of_d(const TrainConfig& config) {
  const int64_t batches = config.trainer.d_accumulations;
  std::vector<Phase> phases;
  for (int64_t i = 0; i < config.trainer.d_steps; ++i) {
    const std::string which = i > 0 ? "." + std::to_string(i + 1) : "";
    phases.push_back({"Dmain" + which, "D", 1, 1.0, i * batches, batches});
    if (config.loss.augself > 0.0) phases.push_back({"Dself" + which, "augself", 1, 1.0, i * batches, batches});
  }
  if (config.loss.r1_interval > 1) phases.push_back(lazy("Dreg", "D", config.loss.r1_interval, batches));
  return phases;
}

}  // namespace

std::vector<Phase> gan_phases(const TrainConfig& config, bool d_first) {
  const int64_t batches = config.trainer.g_accumulations;
  std::vector<Phase> of_g = {{"Gmain", "G", 1, 1.0, 0, batches}}, of_d = updates_of_d(config);
  if (config.loss.pl_interval > 1) of_g.push_back(lazy("Greg", "G", config.loss.pl_interval, batches));
  std::vector<Phase>&first = d_first ? of_d : of_g, &second = d_first ? of_g : of_d;
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::string kind_of(const Phase& phase) {
  return phase.name.substr(0, phase.name.find('.'));
}

}  // namespace centigan
