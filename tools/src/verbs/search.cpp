// `centigan search`: the best student for what a device has.
#include "centigan/compress/search.h"

#include "../duration.h"
#include "../verbs.h"

namespace centigan {
namespace {

std::vector<ConfigField> search_fields() {
  SearchConfig config;
  return config_fields(ConfigRef(config));
}

int search_run(const CommandLine& line) {
  line.required("from");
  line.required("out");
  line.required("budget");
  SearchConfig config;
  line.apply(ConfigRef(config));
  TrainOptions options;
  options.dry_run = line.has("dry-run");
  options.quiet = line.has("quiet");
  options.time_limit = duration_of(line, "time-limit");
  return search(config, options).end == TrainEnd::kStopped ? 1 : 0;
}

}  // namespace

Verb search_verb() {
  return {"search",
          "finds the best small int8 generator for the memory and the instructions of a device",
          "--from RUN --out RUN2 --budget flash=128K,ram=48K,instructions=60M",
          {{"time-limit", "TIME", "", "Save and leave before this process has run so long: 90m, 2h, 1h30m, 5400s."},
           {"dry-run", "", "",
            "Print what may be chosen, and what the smallest and the widest student cost; write nothing."}},
          search_fields,
          0,
          search_run};
}

}  // namespace centigan
