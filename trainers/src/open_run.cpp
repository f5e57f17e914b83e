#include <filesystem>

#include "centigan/core/error.h"
#include "centigan/core/log.h"
#include "centigan/trainers/objectives.h"
#include "centigan/trainers/train.h"

namespace centigan {
namespace {

bool has_tensors(const Snapshot& snapshot, const std::string& prefix) {
  const auto it = snapshot.tensors.lower_bound(prefix);
  return it != snapshot.tensors.end() && it->first.compare(0, prefix.size(), prefix) == 0;
}

}  // namespace

std::string find_checkpoint(const std::string& from) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(from, ignored)) return from;
  std::vector<std::string> rejected;
  const std::string newest = newest_checkpoint(from + "/checkpoints", &rejected);
  for (const std::string& line : rejected) warn(line);
  if (newest.empty())
    fail("run", from, "holds no checkpoint", "give the folder of a run that has saved at least once, or a .h5 file");
  return newest;
}

Run open_run(const std::string& from) {
  Run run;
  run.checkpoint = find_checkpoint(from);
  const Snapshot snapshot = read_checkpoint(run.checkpoint);
  read_config(ConfigRef(run.config), snapshot.text("config"), run.checkpoint);
  run.images = snapshot.integer("counters/images");
  run.generator = make_generator(run.config.model, run.config.trainer.seed);
  load_module(*run.generator, "G_ema/", snapshot, run.checkpoint);
  run.generator->eval();
  if (has_tensors(snapshot, "D/")) {
    run.discriminator = make_discriminator(run.config.model, run.config.trainer.seed);
    load_module(*run.discriminator, "D/", snapshot, run.checkpoint);
    run.discriminator->eval();
  }
  return run;
}

std::string state_hash(const Snapshot& snapshot) {
  Snapshot state;
  for (const auto& [name, tensor] : snapshot.tensors)
    if (name.rfind("log/", 0) != 0) state.tensors[name] = tensor;
  return hash_snapshot(state);
}

TrainParts make_parts(const TrainConfig& config, torch::Device device) {
  TrainParts parts;
  const std::string& objective = config.loss.objective;
  const ModelConfig& model = config.model;
  if (objective_takes_reals(objective))
    parts.data = open_dataset(config.data, model.resolution, model.channels, &parts.data_report);
  parts.generator = make_generator(model, config.trainer.seed);
  parts.generator->to(device);
  std::shared_ptr<Discriminator> discriminator;
  if (parts.data) {
    discriminator = make_discriminator(model, config.trainer.seed);
    discriminator->to(device);
  }
  parts.objective = make_objective({config, device, parts.generator, discriminator});
  return parts;
}

}  // namespace centigan
