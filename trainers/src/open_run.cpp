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

Snapshot checkpoint_of(const OfficialWeights& weights) {
  Snapshot snapshot = weights.networks;
  TrainConfig config;
  config.model = weights.model;
  snapshot.texts["config"] = write_config(ConfigRef(config));
  snapshot.put("counters/images", int64_t{0});
  return snapshot;
}

Snapshot read_run(const std::string& from, std::string* file) {
  const std::string path = find_checkpoint(from);
  if (file) *file = path;
  if (std::filesystem::path(path).extension() != ".safetensors") return read_checkpoint(path);
  const Safetensors weights = read_safetensors(path);
  return checkpoint_of(read_official(official_family(weights), weights, path));
}

TrainConfig config_of(const Snapshot& snapshot, const std::string& source) {
  TrainConfig config;
  read_config(ConfigRef(config), snapshot.text("config"), source);
  return config;
}

Run open_run(const std::string& from) {
  Run run;
  const Snapshot snapshot = read_run(from, &run.checkpoint);
  run.config = config_of(snapshot, run.checkpoint);
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
  if (objective_takes_reals(objective)) {
    const PictureSize size(picture_height(model), picture_width(model));
    const auto all = open_dataset(config.data, size, model.channels, &parts.data_report);
    const DataSplit split = split_holdout(all, config.data, &parts.data_report);
    parts.data = split.training, parts.holdout = split.holdout;
  }
  parts.generator = make_generator(model, config.trainer.seed);
  parts.generator->to(device);
  if (parts.data) {
    parts.discriminator = make_discriminator(model, config.trainer.seed);
    parts.discriminator->freeze(config.loss.freeze_d);
    parts.discriminator->to(device);
  }
  parts.objective = make_objective({config, device, parts.generator, parts.discriminator});
  return parts;
}

}  // namespace centigan
