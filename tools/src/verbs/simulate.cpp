// `centigan simulate`: a picture drawn on an emulated microcontroller, and all that it takes there.
#include <ATen/ATen.h>

#include <filesystem>
#include <optional>

#include "../devices.h"
#include "../drawing.h"
#include "../firmware_fit.h"
#include "../runtime_drawing.h"
#include "../simulation.h"
#include "../tool_process.h"
#include "../verbs.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/core/text.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

constexpr double kRunSeconds = 600;

cgrt_options schedule_options(const CommandLine& line, const CgmFile& file) {
  cgrt_options options = pixel_options(line);
  options.wide_rows = line.has("wide-rows");
  if (line.has("handover") && line.text("handover") != "auto")
    options.handover = static_cast<uint8_t>(line.integer("handover", 0, 9));
  if (cgrt_arena_bytes(&file.model(), &options) == 0)
    fail_usage("simulate", "--quality", "is not in " + escaped(file.path()),
               "`centigan inspect` on the file shows its qualities");
  if (line.has("handover") && line.text("handover") == "auto") options.handover = smallest_handover(file, options);
  return options;
}

void say_lines(const std::string& text) {
  for (const std::string& line : split(text, '\n')) say(line);
}

void write_json(const CommandLine& line, const std::string& text) {
  if (line.has("json")) write_text_atomically(line.text("json"), text, "simulate");
}

void write_picture(const CommandLine& line, const FirmwareJob& job, const std::vector<uint8_t>& rows) {
  if (line.has("out"))
    write_png(line.text("out"), planar(rows, picture_height(*job.file, job.options), job.options.format));
}

int simulate_here(const CommandLine& line, const FirmwareJob& job) {
  const HostReport report = measure_here(job);
  write_picture(line, job, job.file->draw(job.seed, job.label, job.options));
  write_json(line, host_json(job, report));
  say_lines(host_text(job, report));
  return 0;
}

void check_tools() {
  require_tool("simulate", "arm-none-eabi-gcc", "gcc-arm-none-eabi");
  require_tool("simulate", "qemu-system-arm", "qemu-system-arm");
}

// A folder that --keep names must be new or empty: nothing that was there is lost.
void make_kept_folder(const std::string& folder) {
  if (fs::exists(folder) && (!fs::is_directory(folder) || !fs::is_empty(folder)))
    fail_usage("simulate", folder, "is there already and not empty", "give --keep a new folder");
  make_folder(folder, "simulate");
}

void compare_with_here(const FirmwareJob& job, const FirmwareReport& report) {
  if (report.rows != job.file->draw(job.seed, job.label, job.options))
    fail("simulate", escaped(job.file->path()), "the picture of " + job.device->name + " differs from this machine's",
         "this is a fault of the runtime; please report it with the file");
}

int simulate_device(const CommandLine& line, const FirmwareJob& job) {
  check_fit(job);
  check_tools();
  std::optional<TemporaryFolder> temporary;
  if (line.has("keep"))
    make_kept_folder(line.text("keep"));
  else
    temporary.emplace("centigan-simulate");
  const std::string folder = temporary ? temporary->path() : line.text("keep");
  write_firmware(job, folder);
  build_firmware(job, folder);
  const FirmwareReport report = run_firmware(job, folder, kRunSeconds);
  compare_with_here(job, report);
  write_picture(line, job, report.rows);
  write_json(line, simulation_json(job, report));
  say_lines(simulation_text(job, report));
  if (line.has("keep")) say("  the firmware is in " + folder + ": build.sh makes it, run.sh runs it");
  return 0;
}

int simulate(const CommandLine& line) {
  if (line.has("device") && line.text("device") == "list") return say_lines(device_table()), 0;
  const std::string path = line.operand(0, "FILE");
  const Device& device = find_device(line.required("device"));
  const uint64_t seed = static_cast<uint64_t>(line.integer("seed", 0, INT64_MAX));
  const CgmFile file(path);
  const FirmwareJob job = {&file, &device, seed, DrawnLabels(line, file).of(seed), schedule_options(line, file)};
  return device.flash > 0 ? simulate_device(line, job) : simulate_here(line, job);
}

}  // namespace

Verb simulate_verb() {
  return {"simulate",
          "draws on an emulated microcontroller and counts bytes and instructions",
          "FILE.cgm --device stm32f746 [--out picture.png]",
          {{"device", "NAME", "", "Microcontroller: a name of `--device list`; host is this machine."},
           {"seed", "N", "0", "Seed of the picture."},
           {"label", "L", "", "Class of the picture, a name or a number; random: by the seed. Else seed mod classes."},
           {"trunc", "PSI", "1", "Truncation towards the mean picture, 0 to 1; 1 is none."},
           {"quality", "Q", "", "Quality level; below the best only its part of the file is put into flash."},
           {"noise", "MODE", "seed", "Noise: seed, fixed (the file's own) or off."},
           {"format", "FORMAT", "rgb888", "Pixels: rgb888, rgb565 or grey8."},
           {"dither", "", "", "Dither rgb565."},
           {"handover", "N", "",
            "Last level computed layer by layer, or auto: the one of least memory. Default: the one in the file."},
           {"wide-rows", "", "", "16-bit rows: more memory, fewer instructions on M4, M7 and M33."},
           {"out", "FILE", "", "The picture as PNG."},
           {"json", "FILE", "", "All numbers as JSON."},
           {"keep", "DIR", "", "Keeps the firmware there, with the scripts that build and run it."}},
          {},
          1,
          simulate};
}

}  // namespace centigan
