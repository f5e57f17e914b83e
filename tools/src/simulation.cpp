#include "simulation.h"

#include <algorithm>

#include "centigan/core/clock.h"
#include "centigan/core/error.h"
#include "centigan/core/log.h"
#include "centigan/core/text.h"
#include "figures.h"
#include "help.h"
#include "layer_costs.h"

namespace centigan {
namespace {

constexpr double kHostSeconds = 1.0;
constexpr int64_t kLeastRounds = 3;

std::string right(const std::string& text, size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

double per_mac(int64_t instructions, uint64_t macs) {
  return macs > 0 ? static_cast<double>(instructions) / static_cast<double>(macs) : 0;
}

// A line of the table: rows of one layer, or all that happens once a picture.
struct Share {
  std::string name;
  int64_t instructions;
  uint64_t macs;
};

// Mapping, styles and tables are what remains of the picture beside the rows.
std::vector<Share> shares_of(const FirmwareJob& job, const FirmwareReport& report) {
  Share rest = {"mapping, styles, tables", report.draw, 0};
  std::vector<Share> shares;
  for (const LayerCost& layer : layer_costs(*job.file, job.options.quality)) {
    rest.macs += layer.style + (layer.rows ? 0 : layer.macs);
    const auto measured = report.layers.find(layer.index);
    if (measured == report.layers.end()) continue;
    rest.instructions -= measured->second;
    shares.push_back({std::to_string(layer.index) + " " + layer.name, measured->second, layer.macs});
  }
  shares.insert(shares.begin(), rest);
  return shares;
}

std::string share_line(const Share& share) {
  return "  " + padded(share.name, 34) + right(grouped(share.instructions), 15) +
         right(grouped(static_cast<int64_t>(share.macs)), 17) +
         right(share.macs > 0 ? format_text("%.2f", per_mac(share.instructions, share.macs)) : "", 8) + "\n";
}

uint64_t all_macs(const FirmwareJob& job) {
  return cgrt_macs(&job.file->model(), job.options.quality);
}

double seconds_at(const Device& device, int64_t instructions, double ipc) {
  return static_cast<double>(instructions) / (device.mhz * 1e6 * ipc);
}

std::string time_text(double seconds) {
  return seconds < 0.1 ? format_text("%.1f ms", seconds * 1e3) : format_text("%.2f s", seconds);
}

std::string estimate(const Device& device, int64_t instructions) {
  return time_text(seconds_at(device, instructions, device.most_ipc)) + " to " +
         time_text(seconds_at(device, instructions, device.least_ipc)) + " at " +
         format_text("%.0f MHz with %.1f to %.1f instructions a clock; not measured on a board\n        (", device.mhz,
                     device.least_ipc, device.most_ipc) +
         device.basis + ")";
}

std::string head_line(const FirmwareJob& job) {
  const Device& device = *job.device;
  return job.file->path() + " on " + device.name + (device.flash > 0 ? " (" + device.core + ")" : "") + ", seed " +
         std::to_string(job.seed) + "\n";
}

std::string size_lines(const Device& device, const FirmwareReport& r) {
  return "  flash " + right(grouped(r.flash()), 11) + " of " + grouped(device.flash) + " bytes: model " +
         grouped(r.model) + ", code " + grouped(r.code) + ", constants " + grouped(r.constants) + "\n  RAM   " +
         right(grouped(r.ram()), 11) + " of " + grouped(device.ram) + " bytes: arena " + grouped(r.arena) + ", stack " +
         grouped(r.stack) + ", model object " + grouped(r.statics) + "\n";
}

// What 16-bit rows would take, where they are faster and fit.
std::string wide_rows_line(const FirmwareJob& job, const FirmwareReport& report) {
  cgrt_options wide = job.options;
  if (!job.device->dual_mac || wide.wide_rows) return "";
  wide.wide_rows = 1;
  const int64_t more = static_cast<int64_t>(cgrt_arena_bytes(&job.file->model(), &wide)) - report.arena;
  if (report.ram() + more > job.device->ram) return "";
  return "\n  --wide-rows would draw the same with fewer instructions and " + grouped(more) + " bytes more of RAM";
}

// Fields of one JSON object, without its braces.
std::string json_members(const JsonFields& fields) {
  const std::string line = json_line(fields);
  return line.substr(1, line.rfind('}') - 1);
}

std::string json_layers(const FirmwareJob& job, const FirmwareReport& report) {
  std::string list;
  for (const Share& share : shares_of(job, report))
    list += (list.empty() ? "{" : ",\n  {") +
            json_members({{"name", share.name},
                          {"instructions", share.instructions},
                          {"macs", static_cast<int64_t>(share.macs)},
                          {"per_mac", per_mac(share.instructions, share.macs)}}) +
            "}";
  return list;
}

JsonFields json_head(const FirmwareJob& job) {
  return {{"model", job.file->path()}, {"device", job.device->name}, {"seed", static_cast<int64_t>(job.seed)}};
}

}  // namespace

std::string simulation_text(const FirmwareJob& job, const FirmwareReport& report) {
  const Device& device = *job.device;
  std::string text = head_line(job) + size_lines(device, report) + "  instructions " + grouped(report.draw) +
                     " a picture, " + format_text("%.2f", per_mac(report.draw, all_macs(job))) + " a multiplication; " +
                     grouped(report.open) + " to open the file once\n  time  " + estimate(device, report.draw) + "\n" +
                     "  " + padded("layer", 34) + right("instructions", 15) + right("multiplications", 17) +
                     right("ratio", 8) + "\n";
  for (const Share& share : shares_of(job, report)) text += share_line(share);
  return text + "  picture: the same bytes as on this machine" + wide_rows_line(job, report);
}

std::string simulation_json(const FirmwareJob& job, const FirmwareReport& report) {
  const Device& device = *job.device;
  JsonFields fields = json_head(job);
  const JsonFields more = {{"flash_bytes", report.flash()},
                           {"flash_limit", device.flash},
                           {"model_bytes", report.model},
                           {"code_bytes", report.code},
                           {"constant_bytes", report.constants},
                           {"ram_bytes", report.ram()},
                           {"ram_limit", device.ram},
                           {"arena_bytes", report.arena},
                           {"stack_bytes", report.stack},
                           {"static_bytes", report.statics},
                           {"instructions", report.draw},
                           {"open_instructions", report.open},
                           {"macs", static_cast<int64_t>(all_macs(job))},
                           {"mhz", device.mhz},
                           {"least_seconds", seconds_at(device, report.draw, device.most_ipc)},
                           {"most_seconds", seconds_at(device, report.draw, device.least_ipc)},
                           {"basis", device.basis + "; not measured on a board"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return "{" + json_members(fields) + ",\n \"layers\": [" + json_layers(job, report) + "]}\n";
}

HostReport measure_here(const FirmwareJob& job) {
  const CgmFile& file = *job.file;
  HostReport report;
  report.model = static_cast<int64_t>(prefix_bytes(file, job.options.quality));
  report.arena = static_cast<int64_t>(cgrt_arena_bytes(&file.model(), &job.options));
  report.macs = static_cast<int64_t>(all_macs(job));
  const double begun = clock_seconds();
  while (report.rounds < kLeastRounds || clock_seconds() - begun < kHostSeconds) {
    const double start = clock_seconds();
    file.draw(job.seed, job.label, job.options);
    const double taken = (clock_seconds() - start) * 1e3;
    report.milliseconds = report.rounds++ == 0 ? taken : std::min(report.milliseconds, taken);
  }
  return report;
}

std::string host_text(const FirmwareJob& job, const HostReport& r) {
  return head_line(job) + "  model " + grouped(r.model) + " bytes, arena " + grouped(r.arena) + " bytes\n  time  " +
         format_text("%.3f ms a picture on one thread, the best of %lld; ", r.milliseconds,
                     static_cast<long long>(r.rounds)) +
         grouped(r.macs) + " multiplications, " +
         format_text("%.2f", static_cast<double>(r.macs) / r.milliseconds / 1e6) + " billion a second";
}

std::string host_json(const FirmwareJob& job, const HostReport& r) {
  JsonFields fields = json_head(job);
  const JsonFields more = {{"model_bytes", r.model},
                           {"arena_bytes", r.arena},
                           {"macs", r.macs},
                           {"milliseconds", r.milliseconds},
                           {"rounds", r.rounds}};
  fields.insert(fields.end(), more.begin(), more.end());
  return json_line(fields);
}

}  // namespace centigan
