// `centigan doctor`: is this machine ready?
#include <sys/statvfs.h>
#include <unistd.h>

#include "../tool_process.h"
#include "../verbs.h"
#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/log.h"
#include "centigan/metrics/extractor.h"

namespace centigan {
namespace {

constexpr double kNeededDiskGb = 1.0, kNeededMemoryGb = 2.0;

// One line: what was found, and where something is amiss how it matters and what to do.
void finding(bool good, const std::string& name, const std::string& what, const std::string& hint) {
  say((good ? "ok    " : "note  ") + name + ": " + what);
  if (!good) say("      hint: " + hint);
}

std::string gigabytes(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GB", value);
  return text;
}

void check_processor() {
  const BuildInfo info = build_info();
  finding(true, "program", "centigan " + info.version + ", " + info.compiler, "");
  finding(true, "LibTorch", info.torch + ", vector instructions " + info.cpu, "");
  finding(hardware_threads() > 1, "threads", std::to_string(hardware_threads()),
          "training takes about twice as long on one core");
  finding(cpu_has_bf16(), "bf16", cpu_has_bf16() ? "native" : "not native on this processor",
          "training runs in float32, a little slower; nothing to do");
}

void check_gpu() {
  finding(cuda_available(), "CUDA", cuda_available() ? device_name(torch::Device(torch::kCUDA)) : "none",
          "training runs on the processor; with an NVIDIA driver run tools/setup.sh again");
}

void check_weights() {
  try {
    finding(true, "metric weights", find_inception_weights(), "");
  } catch (const Error&) {
    finding(false, "metric weights", "none", "`centigan eval` needs them: run tools/setup.sh --weights");
  }
}

void check_microcontroller_tools() {
  const bool both = has_tool("arm-none-eabi-gcc") && has_tool("qemu-system-arm");
  finding(both, "emulated devices", both ? "compiler and emulator are there" : "compiler or emulator is missing",
          "`centigan simulate` needs them: apt-get install gcc-arm-none-eabi qemu-system-arm");
}

void check_space() {
  struct statvfs disk = {};
  const bool known = statvfs(".", &disk) == 0;
  const double free_gb = known ? static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize) / 1e9 : 0;
  finding(free_gb > kNeededDiskGb, "disk space here", gigabytes(free_gb), "a run needs up to a gigabyte: make room");
  const double memory =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE)) / 1e9;
  finding(memory > kNeededMemoryGb, "memory", gigabytes(memory), "use a small --batch and resolution");
}

int doctor(const CommandLine&) {
  check_processor();
  check_gpu();
  check_weights();
  check_microcontroller_tools();
  check_space();
  return 0;
}

}  // namespace

Verb doctor_verb() {
  return {"doctor", "tells whether this machine is ready", "", {}, {}, 0, doctor};
}

}  // namespace centigan
