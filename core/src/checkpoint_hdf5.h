// A snapshot as the bytes of an HDF5 file, and back. The HDF5 library is not thread-safe: main thread only.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "centigan/core/snapshot.h"

namespace centigan {

constexpr size_t kUserBlockBytes = 512;

// The file with an empty (zero) user block in front. `path` only names it in errors.
std::vector<uint8_t> hdf5_image(const Snapshot& snapshot, const std::string& path);

// `image` includes the user block and is not changed.
Snapshot read_hdf5_image(std::vector<uint8_t>& image, const std::string& path);

}  // namespace centigan
