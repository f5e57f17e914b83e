// `centigan distill`: from a trained run to a student that computes with the integers of its .cgm file.
#include "centigan/compress/distill.h"

#include "../duration.h"
#include "../verbs.h"

namespace centigan {
namespace {

std::vector<ConfigField> distill_fields() {
  DistillConfig config;
  return config_fields(ConfigRef(config));
}

int distill_run(const CommandLine& line) {
  line.required("from");
  line.required("out");
  DistillConfig config;
  if (line.has("preset")) apply_student_preset(line.text("preset"), config);
  line.apply(ConfigRef(config));
  TrainOptions options;
  options.dry_run = line.has("dry-run");
  options.quiet = line.has("quiet");
  options.time_limit = duration_of(line, "time-limit");
  return distill(config, options).end == TrainEnd::kStopped ? 1 : 0;
}

}  // namespace

Verb distill_verb() {
  return {"distill",
          "trains a small int8 generator to draw what a run draws",
          "--from RUN --out RUN2 [--preset E32-S] [--weight-bytes 60K] [--kimg N]",
          {{"time-limit", "TIME", "", "Save and leave before this process has run so long: 90m, 2h, 1h30m, 5400s."},
           {"dry-run", "", "", "Print options, networks, memory and time estimate; write nothing."}},
          distill_fields,
          0,
          distill_run};
}

}  // namespace centigan
