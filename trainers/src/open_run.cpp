#include <filesystem>
#include <sstream>

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

// One a line, so what would break lines or terminals is escaped.
std::vector<std::string> class_names_of(const Snapshot& snapshot) {
  const int64_t classes = config_of(snapshot, "checkpoint").model.classes;
  std::vector<std::string> names;
  const auto stored = snapshot.texts.find("classes");
  std::istringstream lines(stored == snapshot.texts.end() ? "" : stored->second);
  for (std::string name; std::getline(lines, name);) names.push_back(name);
  if (static_cast<int64_t>(names.size()) == classes) return names;
  names.clear();
  for (int64_t i = 0; i < classes; ++i) names.push_back(std::to_string(i));
  return names;
}

DataConfig data_config_of(const TrainConfig& config) {
  DataConfig data = config.data;
  if (config.model.classes == 0) data.labels = "none";
  return data;
}

Run open_run(const std::string& from) {
  Run run;
  const Snapshot snapshot = read_run(from, &run.checkpoint);
  run.config = config_of(snapshot, run.checkpoint);
  run.images = snapshot.integer("counters/images");
  run.class_names = class_names_of(snapshot);
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
    const DataConfig data = data_config_of(config);
    const DataSplit split =
        split_holdout(open_dataset(data, size, model.channels, &parts.data_report), data, &parts.data_report);
    parts.data = split.training, parts.holdout = split.holdout;
    if (model.classes > 0) require_classes(*parts.data, model.classes);
    for (const std::string& name : parts.data->class_names()) parts.class_names.push_back(escaped(name));
  } else if (model.classes > 0) {
    parts.class_names = class_names_of(read_run(config.loss.teacher));
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
