// `centigan train`: a folder of pictures becomes a trained run, or a run goes on.
#include "centigan/trainers/train.h"

#include <filesystem>

#include "../verbs.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"

namespace centigan {
namespace {

std::vector<ConfigField> train_fields() {
  TrainConfig config;
  return config_fields(ConfigRef(config));
}

// What flags and file say, over the defaults.
TrainConfig chosen(const CommandLine& line, const std::string& file_text) {
  TrainConfig scratch;
  const ConfigRef ref(scratch);
  if (line.has("config")) read_config(ref, file_text, line.text("config"));
  line.apply(ref);
  std::string names;
  for (const auto& name : preset_names()) names += (names.empty() ? "--preset " : ", --preset ") + name;
  if (scratch.preset.empty()) fail_usage("train", "--preset", "missing", "choose one of " + names);
  return scratch;
}

// A run that starts from other networks has their sizes; once it is begun it remembers them.
void adopt_model(const TrainConfig& chosen, TrainConfig& config) {
  const std::string precision = config.model.precision, begun = chosen.out + "/config.txt";
  std::string source = begun;
  TrainConfig stored;
  if (!chosen.out.empty() && std::filesystem::exists(begun))
    read_config(ConfigRef(stored), read_text(begun, "train"), begun);
  else
    stored = config_of(read_run(chosen.trainer.init, &source), source);
  config.model = stored.model;
  config.model.precision = precision;
}

// Order: defaults, preset, networks to start from, file, flags.
TrainConfig configured(const CommandLine& line) {
  const std::string file_text = line.has("config") ? read_text(line.text("config"), "config") : "";
  TrainConfig config;
  const ConfigRef ref(config);
  const TrainConfig wanted = chosen(line, file_text);
  apply_preset(wanted.preset, config);
  if (!wanted.trainer.init.empty()) adopt_model(wanted, config);
  if (line.has("config")) read_config(ref, file_text, line.text("config"));
  line.apply(ref);
  if (config.data.path.empty()) fail_usage("train", "--data", "missing", "usage: centigan train " + line.verb().usage);
  return config;
}

int train_run(const CommandLine& line) {
  TrainOptions options;
  options.dry_run = line.has("dry-run");
  options.quiet = line.has("quiet");
  return train(configured(line), options) == TrainEnd::kStopped ? 1 : 0;
}

}  // namespace

Verb train_verb() {
  return {"train",
          "trains a generator, or goes on with a run",
          "--data DIR --preset NAME [--out RUN] [--kimg N] [--augment POLICY] [--seed S] [--init FILE]",
          {{"config", "FILE", "", "Text file of `key = value` lines; flags win over it, it wins over the preset."},
           {"dry-run", "", "", "Print options, networks, memory and time estimate; write nothing."}},
          train_fields,
          0,
          train_run};
}

}  // namespace centigan
