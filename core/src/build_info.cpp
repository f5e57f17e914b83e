#include <ATen/Version.h>
#include <torch/headeronly/version.h>

#include <fstream>

#include "centigan/core/device.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace centigan {
namespace {

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

}  // namespace

BuildInfo build_info() {
  static const BuildInfo info = {CENTIGAN_VERSION, CENTIGAN_COMPILER, TORCH_VERSION,
                                 cpu_model() + ", " + at::get_cpu_capability()};
  return info;
}

// Every processor with amx_bf16 has avx512_bf16 too.
bool cpu_has_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#elif defined(__aarch64__)
  return (getauxval(AT_HWCAP2) & (1ul << 14)) != 0;  // HWCAP2_BF16
#else
  return false;
#endif
}

}  // namespace centigan
