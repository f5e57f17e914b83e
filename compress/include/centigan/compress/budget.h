// What a device can hold, and what a student needs of it.
#pragma once
#include <cstdint>
#include <string>

#include "centigan/models/lite_quant.h"

namespace centigan {

// Bytes of code that the runtime takes at most (with the kernels of a Cortex-M), and of RAM beside the arena.
constexpr int64_t kRuntimeCodeBytes = 16 * 1024, kRuntimeRamBytes = 512;

// 0: no limit.
struct DeviceBudget {
  int64_t flash = 0;         // bytes of the file and the runtime's code
  int64_t ram = 0;           // bytes of the arena and what the runtime needs beside it
  int64_t instructions = 0;  // of one picture
  bool limits() const { return flash > 0 || ram > 0 || instructions > 0; }
};

// "60K", "1M", "61440": K is 1024 and M 1024 * 1024. `key` names it in usage errors.
int64_t parse_bytes(const std::string& key, const std::string& text);

// "flash=512K,ram=128K,instructions=200M"; any of the three, in any order. Instructions count in thousands and
// millions. Empty: no limits. Usage errors name the part.
DeviceBudget parse_budget(const std::string& text);

// What one picture of the best quality costs, with rows of 8 bits and the hand-over of the smallest arena. Instructions
// are those of a Cortex-M4 or M7 (instructions.h).
struct DeviceCost {
  int64_t file = 0, flash = 0, arena = 0, ram = 0, macs = 0, instructions = 0;
};
DeviceCost cost_of(const QuantizedLite& model);

// "148,576 bytes of RAM, and the budget is 131,072": the first limit that is passed; empty: it fits.
std::string over_budget(const DeviceCost& cost, const DeviceBudget& budget);

}  // namespace centigan
