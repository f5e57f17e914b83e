// What `centigan simulate` found out, as text and as JSON.
#pragma once
#include <string>
#include <vector>

#include "firmware.h"

namespace centigan {

std::string simulation_text(const FirmwareJob& job, const FirmwareReport& report);
std::string simulation_json(const FirmwareJob& job, const FirmwareReport& report);

// This machine: what a picture takes, and the best time of several.
struct HostReport {
  int64_t model = 0, arena = 0, macs = 0, rounds = 0;
  double milliseconds = 0;
};
HostReport measure_here(const FirmwareJob& job);
std::string host_text(const FirmwareJob& job, const HostReport& report);
std::string host_json(const FirmwareJob& job, const HostReport& report);

}  // namespace centigan
