// .npz files: zip archives of .npy arrays, as numpy.savez and savez_compressed write them.
#pragma once
#include <torch/types.h>

#include <cstddef>
#include <map>
#include <string>

namespace centigan {

using NamedArrays = std::map<std::string, torch::Tensor>;

// Arrays by name, without ".npy". Strict: stored or deflated members, sizes and names alike in both directories, no
// overlap, checksums compared, at most 2 GiB together and 1,000 times the file. `source` names the bytes in errors. Any
// byte string gives arrays or Error; nothing is unpickled.
NamedArrays parse_npz(const void* bytes, size_t size, const std::string& source);
NamedArrays read_npz(const std::string& path);

// Stored, atomically.
void write_npz(const std::string& path, const NamedArrays& arrays);

}  // namespace centigan
