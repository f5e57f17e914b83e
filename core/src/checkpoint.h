// The user block in front of a checkpoint's HDF5 part.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace centigan {

// Reads a checkpoint and checks magic, version, length and SHA-256; Error says which of them is wrong.
std::vector<uint8_t> read_verified_checkpoint(const std::string& path);

}  // namespace centigan
