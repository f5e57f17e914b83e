// Microcontrollers that `centigan simulate` knows.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace centigan {

struct Device {
  std::string name, core, what;
  double mhz = 0;
  int64_t flash = 0, ram = 0;                        // bytes; 0: this machine
  std::string flags{};                               // of arm-none-eabi-gcc
  std::string machine{};                             // of qemu-system-arm
  std::string flash_at{}, bench_at{}, outside_at{};  // addresses on the emulated board; RAM is at 0x20000000
  double least_ipc = 0, most_ipc = 0;                // instructions a clock that the estimate of time rests on
  std::string basis{};                               // why these
  bool dual_mac = false;                             // kernels that take two 16-bit values at once
};

const std::vector<Device>& devices();
// By its name; usage error with the nearest one.
const Device& find_device(const std::string& name);
// The table of `--device list`.
std::string device_table();

}  // namespace centigan
