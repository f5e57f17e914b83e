#include "devices.h"

#include "centigan/core/error.h"
#include "centigan/core/text.h"
#include "help.h"

namespace centigan {
namespace {

constexpr int64_t kKiB = 1024, kMiB = 1024 * kKiB;

// The emulated MPS2 board has megabytes where a device has less; the linker script draws the line.
Device on_mps2(Device device) {
  device.machine = "mps2-an500";
  device.flash_at = "0x00000040", device.bench_at = "0x00300000", device.outside_at = "0x20300000";
  return device;
}

Device cortex_m7(const std::string& name, double mhz, int64_t flash, int64_t ram) {
  Device device = {name, "Cortex-M7", "", mhz, flash, ram, "-mcpu=cortex-m7 -mfloat-abi=soft"};
  device.least_ipc = 0.7, device.most_ipc = 1.0, device.dual_mac = true;
  device.basis = "code and weights in cached flash, two pipelines, mostly multiply-accumulate";
  return on_mps2(device);
}

Device rp2040() {
  Device device = {
      "rp2040", "Cortex-M0+", "external flash", 133, 2 * kMiB, 264 * kKiB, "-mcpu=cortex-m0plus -mfloat-abi=soft"};
  device.least_ipc = 0.5, device.most_ipc = 0.8;
  device.basis = "loads and taken branches take two clocks; misses of the flash cache come on top";
  return on_mps2(device);
}

// Corstone-300 as on the FPGA board AN547: its 2 MB of SRAM stand for flash, its 512 KB of tightly coupled memory are
// the RAM.
Device cortex_m55() {
  Device device = {
      "cortex-m55", "Cortex-M55", "Corstone-300", 400, 2 * kMiB, 512 * kKiB, "-mcpu=cortex-m55 -mfloat-abi=hard"};
  device.machine = "mps3-an547";
  device.flash_at = "0x01000000", device.bench_at = "0x00010000", device.outside_at = "0x21000000";
  device.least_ipc = 0.4, device.most_ipc = 0.8;
  device.basis = "a vector instruction takes two clocks and may overlap with the next";
  return device;
}

Device host() {
  Device device;
  device.name = "host", device.core = "this machine", device.what = "measured";
  return device;
}

std::string kilobytes(int64_t bytes) {
  return bytes == 0 ? "-" : std::to_string(bytes / kKiB) + " KB";
}

}  // namespace

const std::vector<Device>& devices() {
  static const std::vector<Device> all = {cortex_m7("stm32f746", 216, kMiB, 320 * kKiB),
                                          cortex_m7("stm32h743", 480, 2 * kMiB, 512 * kKiB), rp2040(), cortex_m55(),
                                          host()};
  return all;
}

const Device& find_device(const std::string& name) {
  std::vector<std::string> names;
  for (const Device& device : devices()) {
    if (device.name == name) return device;
    names.push_back(device.name);
  }
  fail_usage("simulate", "--device", escaped(name) + " is no device that is known here",
             did_you_mean(name, names, "the devices are " + joined(names)));
}

std::string device_table() {
  std::string text =
      padded("device", 12) + padded("core", 14) + padded("clock", 9) + padded("flash", 9) + padded("RAM", 8) + "note";
  for (const Device& d : devices())
    text += "\n" + padded(d.name, 12) + padded(d.core, 14) +
            padded(d.mhz > 0 ? format_text("%.0f MHz", d.mhz) : "-", 9) + padded(kilobytes(d.flash), 9) +
            padded(kilobytes(d.ram), 8) + d.what;
  return text;
}

}  // namespace centigan
