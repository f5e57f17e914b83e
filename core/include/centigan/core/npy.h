// .npy files (format 1.0 and 2.0, C order, no pickled objects) as CPU tensors: f2 f4 f8 i1 i2 i4 i8 u1 b1,
// little-endian.
#pragma once
#include <torch/types.h>

#include <string>

namespace centigan {

// Copies the array out of `bytes`; `source` names it in errors. Any byte string gives a tensor or Error.
torch::Tensor parse_npy(const void* bytes, size_t size, const std::string& source);
torch::Tensor read_npy(const std::string& path);
// The bytes of such a file; `path` names it in errors.
std::string npy_bytes(const torch::Tensor& tensor, const std::string& path);
void write_npy(const std::string& path, const torch::Tensor& tensor);

}  // namespace centigan
