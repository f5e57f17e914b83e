// What the log says about a run before its first step.
#pragma once
#include <string>
#include <vector>

#include "training.h"

namespace centigan {

// Program, device, data, what the preset auto chose (`opening`), plugins and settings of the run in `folder`.
std::vector<std::string> start_lines(TrainConfig& config, const Training& training, const std::string& folder,
                                     const std::vector<std::string>& opening);

// What exact resuming depends on beside the configuration.
std::string data_fingerprint(const TrainParts& parts);
std::string machine_record(const Training& training);
// Hashes of a plugin_record(), without the paths: a library may move.
std::string plugin_hashes(const std::string& record);

}  // namespace centigan
