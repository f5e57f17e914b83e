// A .cgm file as firmware of a microcontroller: written, built and run in an emulator.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cgm_file.h"
#include "devices.h"

namespace centigan {

// What is drawn. `options.quality` below the best takes only the part of the file that it needs.
struct FirmwareJob {
  const CgmFile* file = nullptr;
  const Device* device = nullptr;
  uint64_t seed = 0;
  uint32_t label = 0;
  cgrt_options options = CGRT_OPTIONS_DEFAULT;
};

struct FirmwareReport {
  int64_t code = 0, constants = 0, model = 0;  // flash
  int64_t arena = 0, statics = 0, stack = 0;   // RAM; statics: the model object
  int64_t open = 0, draw = 0;                  // instructions
  std::map<uint32_t, int64_t> layers;          // instructions of a layer's rows, by its index
  std::vector<uint8_t> rows;                   // the picture
  int64_t flash() const { return code + constants + model; }
  int64_t ram() const { return arena + statics + stack; }
};

// The device's stack at least, bytes.
constexpr int64_t kStackReserve = 1024;

// Runtime, model, port, linker script, build.sh and run.sh.
void write_firmware(const FirmwareJob& job, const std::string& folder);

// Builds what write_firmware wrote. A model that does not fit: Error that says by how many bytes and what would help.
void build_firmware(const FirmwareJob& job, const std::string& folder);

// Runs it. Error if it does not come to a good end within the time limit.
FirmwareReport run_firmware(const FirmwareJob& job, const std::string& folder, double seconds);

}  // namespace centigan
