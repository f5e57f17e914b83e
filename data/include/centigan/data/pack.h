// Packs: one HDF5 file with pictures of one size, names, labels and hashes (docs/pack-format.md).
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "centigan/data/dataset.h"

namespace centigan {

// By its first bytes.
bool is_pack(const std::string& path);

// The pictures of a pack at their own size, read when they are asked for. Damaged: Error.
std::shared_ptr<Dataset> open_pack(const std::string& path);

// Writes the pictures of config.path (its subset, with labels) at `size` with `channels` channels, in the order of the
// set and in bounded memory; 0x0 is their own size, which must be one. The file is read again and compared before it
// gets its name. `watch` hears how many of how many pictures are done; what it throws ends the work and leaves nothing.
// Errors as open_dataset's; several sizes, a pack as input: usage errors. -> pictures written.
int64_t write_pack(const DataConfig& config, PictureSize size, int64_t channels, const std::string& path,
                   const std::function<void(int64_t done, int64_t total)>& watch, DataReport* report = nullptr);

}  // namespace centigan
