// `centigan pack`: a data set of any size becomes one file that training reads from.
#include "centigan/data/pack.h"

#include <memory>

#include "../data_settings.h"
#include "../drawing.h"
#include "../picture_shape.h"
#include "../verbs.h"
#include "centigan/core/error.h"
#include "centigan/core/log.h"
#include "centigan/core/progress.h"
#include "centigan/core/text.h"

namespace centigan {
namespace {

PictureSize asked_size(const CommandLine& line) {
  if (!line.has("resolution")) return 0;
  const auto size = read_size(line.text("resolution"));
  if (!size)
    fail_usage("pack", "--resolution", "\"" + escaped(line.text("resolution")) + "\" is no size from 1 to 4096",
               "64 is a square, 64x48 is wider than high");
  return {size->second, size->first};
}

void say_report(const DataReport& report) {
  for (const auto& [name, reason] : report.skipped) warn("data: " + name + ": skipped, " + reason);
  for (const std::string& warning : report.warnings) warn("data: " + warning);
  for (const std::string& note : report.notes) say("  " + note);
}

int pack(const CommandLine& line) {
  DataSettings config;
  line.apply(ConfigRef(config));
  if (config.data.path.empty()) fail_usage("pack", "--data", "missing", "usage: centigan pack " + line.verb().usage);
  const std::string out = line.required("out");
  const PictureSize size = asked_size(line);
  const int64_t channels = std::stoll(line.one_of("channels", {"1", "3", "4"}));
  DataReport report;
  std::unique_ptr<Progress> progress;
  const auto watch = [&](int64_t done, int64_t total) {
    if (!progress) progress = std::make_unique<Progress>("packing", total, "pictures", line.has("quiet"));
    progress->update(done);
    leave_if_stopped("pack", std::to_string(done) + " of " + std::to_string(total) + " pictures");
  };
  const int64_t count = write_pack(config.data, size, channels, out, watch, &report);
  if (progress) progress->finish();
  say_report(report);
  const auto set = open_pack(out);
  say(std::to_string(count) + " pictures of " + PictureSize(set->height(), set->width()).text() + " in " + out +
      format_text(" (%.1f MB)",
                  static_cast<double>(count * set->channels() * set->height() * set->width()) / 1048576.0));
  return 0;
}

}  // namespace

Verb pack_verb() {
  return {
      "pack",
      "makes one file of a data set, for sets larger than memory",
      "--data DIR --out FILE.h5 [--resolution N]",
      {{"out", "FILE", "", "The pack (docs/pack-format.md); replaced as a whole."},
       {"resolution", "SIZE", "", "Size of all pictures, 64 or 64x48. Default: their own, if they all have the same."},
       {"channels", "N", "3", "3 is colour, 1 grey, 4 colour and alpha."}},
      data_settings_fields,
      0,
      pack};
}

}  // namespace centigan
