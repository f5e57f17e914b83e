// `centigan train`: a folder of pictures becomes a trained run, or a run goes on.
#include "centigan/trainers/train.h"

#include <filesystem>
#include <optional>

#include "../duration.h"
#include "../verbs.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/trainers/auto_preset.h"

namespace centigan {
namespace {

std::vector<ConfigField> train_fields() {
  TrainConfig config;
  return config_fields(ConfigRef(config));
}

// What flags and file say; family "", resolution, channels and batch 0 where they say nothing.
TrainConfig asked_for(const CommandLine& line, const std::string& file_text) {
  TrainConfig config;
  config.model.family.clear();
  config.model.resolution = config.model.channels = config.trainer.batch = 0;
  const ConfigRef ref(config);
  if (line.has("config")) read_config(ref, file_text, line.text("config"));
  line.apply(ref);
  return config;
}

// The configuration of the run that `out` holds, if it holds one.
std::optional<TrainConfig> begun_run(const std::string& out) {
  const std::string file = out + "/config.txt";
  if (out.empty() || !std::filesystem::exists(file)) return {};
  TrainConfig stored;
  read_config(ConfigRef(stored), read_text(file, "train"), file);
  return stored;
}

// A run that starts from other networks has their sizes; once it is begun it remembers them.
ModelConfig networks_of(const TrainConfig& asked, const std::optional<TrainConfig>& begun) {
  if (begun) return begun->model;
  std::string source;
  const Snapshot snapshot = read_run(asked.trainer.init, &source);
  return config_of(snapshot, source).model;
}

std::vector<std::string> choose_automatically(const TrainConfig& asked, TrainConfig& config) {
  AutoFacts facts = auto_facts(asked);
  facts.family = asked.model.family, facts.resolution = asked.model.resolution;
  facts.channels = asked.model.channels, facts.batch = asked.trainer.batch;
  return apply_auto(facts, config);
}

struct Settings {
  TrainConfig config;
  std::vector<std::string> reasons;  // of the preset auto
};

// Order: defaults, preset, networks to start from, file, flags. A run that was begun with auto, or is named without a
// preset, goes on with what it has, so that it depends neither on formulas nor on the machine.
Settings configured(const CommandLine& line) {
  const std::string file_text = line.has("config") ? read_text(line.text("config"), "config") : "";
  Settings settings;
  TrainConfig& config = settings.config;
  TrainConfig asked = asked_for(line, file_text);
  const std::optional<TrainConfig> begun = begun_run(asked.out);
  const bool automatic = asked.preset.empty() || asked.preset == "auto", from_networks = !asked.trainer.init.empty();
  const bool goes_on = begun && (asked.preset.empty() || (automatic && begun->preset == "auto"));
  if (asked.data.path.empty() && !goes_on)
    fail_usage("train", "--data", "missing", "usage: centigan train " + line.verb().usage);
  ModelConfig networks;
  if (from_networks) networks = networks_of(asked, begun);
  if (from_networks && asked.model.family.empty())
    asked.model.family = networks.family, asked.model.resolution = networks.resolution;
  if (goes_on)
    config = *begun;
  else
    settings.reasons = automatic ? choose_automatically(asked, config) : apply_preset(asked.preset, config);
  if (from_networks) {
    networks.precision = config.model.precision;
    config.model = networks;
  }
  const ConfigRef ref(config);
  if (line.has("config")) read_config(ref, file_text, line.text("config"));
  line.apply(ref);
  return settings;
}

int train_run(const CommandLine& line) {
  TrainOptions options;
  options.dry_run = line.has("dry-run");
  options.quiet = line.has("quiet");
  options.time_limit = duration_of(line, "time-limit");
  options.weights_dir = line.text("weights-dir");
  Settings settings = configured(line);
  options.opening = std::move(settings.reasons);
  return train(settings.config, options) == TrainEnd::kStopped ? 1 : 0;
}

}  // namespace

Verb train_verb() {
  return {"train",
          "trains a generator, or goes on with a run",
          "--data DIR [--preset NAME] [--out RUN] [--kimg N] [--augment POLICY] [--seed S] [--init FILE]",
          {{"config", "FILE", "", "Text file of `key = value` lines; flags win over it, it wins over the preset."},
           {"time-limit", "TIME", "", "Save and leave before this process has run so long: 90m, 2h, 1h30m, 5400s."},
           {"weights-dir", "DIR", "", "Folder of the metric network."},
           {"dry-run", "", "", "Print options, networks, memory and time estimate; write nothing."}},
          train_fields,
          0,
          train_run};
}

}  // namespace centigan
