#include "firmware_fit.h"

#include <algorithm>

#include "centigan/core/error.h"
#include "centigan/core/text.h"
#include "layer_costs.h"

namespace centigan {
namespace {

std::string bytes_text(int64_t bytes) {
  return std::to_string(bytes) + " bytes";
}

int64_t arena_of(const CgmFile& file, const cgrt_options& options) {
  return static_cast<int64_t>(cgrt_arena_bytes(&file.model(), &options));
}

uint32_t quality_of(const FirmwareJob& job) {
  return std::min<uint32_t>(job.options.quality, job.file->info().qualities_present - 1);
}

std::string side_of(const CgmFile& file, uint32_t quality) {
  const uint32_t down = file.info().qualities_present - 1 - quality;
  return std::to_string(file.info().width >> down) + "x" + std::to_string(file.info().height >> down);
}

// The best lower quality that takes `missing` bytes less; "" if there is none.
std::string lower_quality(const FirmwareJob& job, bool flash, int64_t missing) {
  const CgmFile& file = *job.file;
  for (int64_t q = static_cast<int64_t>(quality_of(job)) - 1; q >= 0; --q) {
    cgrt_options options = job.options;
    options.quality = static_cast<uint8_t>(q);
    const int64_t saved = flash ? static_cast<int64_t>(prefix_bytes(file, job.options.quality)) -
                                      static_cast<int64_t>(prefix_bytes(file, options.quality))
                                : arena_of(file, job.options) - arena_of(file, options);
    if (saved >= missing)
      return "--quality " + std::to_string(q) + " (" + side_of(file, options.quality) + ") takes " + bytes_text(saved) +
             " less";
  }
  return "";
}

std::string other_schedule(const FirmwareJob& job, int64_t missing) {
  cgrt_options options = job.options;
  options.handover = smallest_handover(*job.file, options);
  const int64_t arena = arena_of(*job.file, options), saved = arena_of(*job.file, job.options) - arena;
  if (saved >= missing) return "--handover " + std::to_string(options.handover) + " takes " + bytes_text(arena);
  if (!options.wide_rows) return "";
  options.wide_rows = 0;
  return arena_of(*job.file, job.options) - arena_of(*job.file, options) >= missing ? "leave out --wide-rows" : "";
}

std::string advice(const FirmwareJob& job, bool flash, int64_t missing) {
  std::vector<std::string> ways;
  for (const std::string& way : {flash ? "" : other_schedule(job, missing), lower_quality(job, flash, missing)})
    if (!way.empty()) ways.push_back(way);
  ways.push_back(flash ? "distill a smaller student: fewer channels (--student.widths), or 4 bits "
                         "(--student.quant.head_bits 4)"
                       : "distill a smaller student: fewer channels (--student.widths)");
  return joined(ways, "; or ");
}

}  // namespace

void check_fit(const FirmwareJob& job) {
  const int64_t model = static_cast<int64_t>(prefix_bytes(*job.file, job.options.quality));
  const int64_t ram = arena_of(*job.file, job.options) + kStackReserve;
  if (model > job.device->flash) refuse_fit(job, true, model - job.device->flash);
  if (ram > job.device->ram) refuse_fit(job, false, ram - job.device->ram);
}

void refuse_fit(const FirmwareJob& job, bool flash, int64_t missing) {
  fail("simulate", escaped(job.file->path()),
       "does not fit into the " + std::string(flash ? "flash" : "RAM") + " of " + job.device->name + ": " +
           bytes_text(missing) + " of " + bytes_text(flash ? job.device->flash : job.device->ram) + " are missing",
       advice(job, flash, missing));
}

uint8_t smallest_handover(const CgmFile& file, cgrt_options options) {
  uint8_t best = 0;
  int64_t least = -1;
  for (uint32_t h = 0; h < file.info().levels; ++h) {
    options.handover = static_cast<uint8_t>(h);
    const int64_t bytes = arena_of(file, options);
    if (least < 0 || bytes <= least) best = options.handover, least = bytes;
  }
  return best;
}

}  // namespace centigan
