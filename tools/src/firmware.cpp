#include "firmware.h"

#include <regex>
#include <sstream>

#include "centigan/compress/c_source.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/text.h"
#include "firmware_fit.h"
#include "layer_costs.h"
#include "tool_process.h"

namespace centigan {

extern const char kFirmwareMain[], kFirmwareBoard[], kFirmwareBoardHeader[], kFirmwareMemory[], kFirmwareModel[],
    kFirmwareLink[];

namespace {

constexpr double kBuildSeconds = 300, kCalibration = 2000000;

std::string filled_in(std::string text, const std::vector<std::pair<std::string, std::string>>& words) {
  for (const auto& [word, value] : words)
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + value.size()))
      text.replace(at, word.size(), value);
  return text;
}

std::string linker_script(const Device& device) {
  return filled_in(kFirmwareLink, {{"@device@", device.name},
                                   {"@flash_at@", device.flash_at},
                                   {"@flash@", std::to_string(device.flash)},
                                   {"@ram@", std::to_string(device.ram)},
                                   {"@bench_at@", device.bench_at},
                                   {"@outside_at@", device.outside_at},
                                   {"@stack@", std::to_string(kStackReserve)}});
}

std::string config_header(const FirmwareJob& job) {
  const auto define = [](const char* name, uint64_t value) {
    return "#define " + std::string(name) + " " + std::to_string(value) + "u\n";
  };
  return define("SEED_LOW", job.seed & 0xffffffff) + define("SEED_HIGH", job.seed >> 32) + define("LABEL", job.label) +
         define("TRUNCATION", job.options.truncation) + define("HANDOVER", job.options.handover) +
         define("FORMAT", job.options.format) + define("NOISE", job.options.noise) +
         define("DITHER", job.options.dither) + define("WIDE_ROWS", job.options.wide_rows) +
         define("ARENA_BYTES", cgrt_arena_bytes(&job.file->model(), &job.options));
}

// As one source, as an exported name.c is compiled. The port is kept from calling the memcpy that it defines.
std::string build_script(const Device& device) {
  return "#!/bin/sh\n# Makes firmware.elf of the files here.\nset -e\ncd \"$(dirname \"$0\")\"\n"
         "flags=\"" +
         device.flags +
         " -mthumb -masm-syntax-unified -std=c99 -ffreestanding -ffunction-sections -fdata-sections\"\n"
         "arm-none-eabi-gcc $flags -O2 -include cgrt.h -DCGRT_RUN_ROW=timed_row -c runtime.c\n"
         "arm-none-eabi-gcc $flags -O2 -fno-tree-loop-distribute-patterns -c main.c board.c memory.c model.S\n"
         "arm-none-eabi-gcc $flags -nostdlib -Wl,--gc-sections,-T,device.ld *.o -lgcc -o firmware.elf\n";
}

std::string run_text(const Device& device) {
  return "#!/bin/sh\n# Runs firmware.elf: one instruction takes one nanosecond.\ncd \"$(dirname \"$0\")\"\n"
         "exec qemu-system-arm -M " +
         device.machine +
         " -display none -monitor none -serial none -semihosting-config enable=on,target=native -icount shift=0 "
         "-kernel firmware.elf < /dev/null\n";
}

// The firmware prints `name number`, a line a layer, and behind `picture` rows in hexadecimal digits.
class Printed {
 public:
  explicit Printed(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) take(line);
  }
  int64_t number(const std::string& name) const {
    const auto found = numbers_.find(name);
    return found == numbers_.end() ? -1 : found->second;
  }
  const std::map<uint32_t, int64_t>& layers() const { return layers_; }
  const std::vector<uint8_t>& rows() const { return rows_; }

 private:
  void take(const std::string& line) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    if (name == "picture") picture_ = true;
    uint32_t layer = 0;
    int64_t number = 0;
    if (name == "layer" && words >> layer >> number)
      layers_[layer] = number;
    else if (words >> number)
      numbers_[name] = number;
    else if (picture_ && line.find_first_not_of("0123456789abcdef") == std::string::npos)
      take_row(line);
  }
  void take_row(const std::string& digits) {
    for (size_t i = 0; i + 1 < digits.size(); i += 2)
      rows_.push_back(static_cast<uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  bool picture_ = false;
  std::map<std::string, int64_t> numbers_;
  std::map<uint32_t, int64_t> layers_;
  std::vector<uint8_t> rows_;
};

}  // namespace

void write_firmware(const FirmwareJob& job, const std::string& folder) {
  const auto write = [&](const char* name, const std::string& text) {
    write_text_atomically(folder + "/" + name, text, "simulate");
  };
  write("cgrt.h", runtime_header());
  write("runtime.c", runtime_source());
  write("config.h", config_header(job));
  write("main.c", kFirmwareMain);
  write("board.c", kFirmwareBoard);
  write("board.h", kFirmwareBoardHeader);
  write("memory.c", kFirmwareMemory);
  write("model.S", kFirmwareModel);
  write("device.ld", linker_script(*job.device));
  write("build.sh", build_script(*job.device));
  write("run.sh", run_text(*job.device));
  write_file_atomically(folder + "/model.cgm", job.file->bytes(), prefix_bytes(*job.file, job.options.quality),
                        "simulate");
}

void build_firmware(const FirmwareJob& job, const std::string& folder) {
  const ToolResult built = run_script("simulate", folder, "build.sh", kBuildSeconds, "the build of the firmware");
  if (built.code == 0) return;
  std::smatch found;
  if (std::regex_search(built.text, found, std::regex("region `(flash|ram)' overflowed by ([0-9]+) bytes")))
    refuse_fit(job, found[1] == "flash", std::stoll(found[2]));
  const size_t error = built.text.find("error:");
  fail("simulate", "the build of the firmware",
       "arm-none-eabi-gcc: " + first_line(built.text.substr(error == std::string::npos ? 0 : error)),
       "--keep DIR leaves the files there; sh DIR/build.sh shows all of it");
}

FirmwareReport run_firmware(const FirmwareJob& job, const std::string& folder, double seconds) {
  const ToolResult run = run_script("simulate", folder, "run.sh", seconds, "the firmware");
  const Printed printed(run.text);
  const int64_t calibration = printed.number("calibration");
  if (run.code != 0 || printed.number("status") != 0 || calibration <= 0)
    fail("simulate", "the firmware",
         "ends with \"" + escaped(first_line(run.text.substr(run.text.find_last_of('\n', run.text.size() - 2) + 1))) +
             "\" (exit code " + std::to_string(run.code) + ")",
         "--keep DIR leaves the files there; sh DIR/run.sh shows all that it prints");
  const double a_tick = kCalibration / static_cast<double>(calibration);
  const auto instructions = [&](int64_t ticks) { return static_cast<int64_t>(static_cast<double>(ticks) * a_tick); };
  FirmwareReport report;
  report.code = printed.number("code"), report.constants = printed.number("constants");
  report.model = printed.number("model"), report.statics = printed.number("static");
  report.arena = static_cast<int64_t>(cgrt_arena_bytes(&job.file->model(), &job.options));
  report.stack = printed.number("stack");
  report.open = instructions(printed.number("open")), report.draw = instructions(printed.number("draw"));
  for (const auto& [layer, ticks] : printed.layers()) report.layers[layer] = instructions(ticks);
  report.rows = printed.rows();
  return report;
}

}  // namespace centigan
