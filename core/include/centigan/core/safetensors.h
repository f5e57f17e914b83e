// safetensors files: strict reader (limits of docs/architecture.md), atomic writer. float32, float64, float16,
// bfloat16, int64, int32, int16, int8, uint8, bool; 0-d tensors allowed; tensors tile the data exactly.
#pragma once
#include <torch/types.h>

#include <map>
#include <string>

namespace centigan {

struct Safetensors {
  std::map<std::string, torch::Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

// Copies the tensors out of `bytes`; `source` names them in errors. Any byte string gives contents or Error.
Safetensors parse_safetensors(const void* bytes, size_t size, const std::string& source);
Safetensors read_safetensors(const std::string& path);
void write_safetensors(const std::string& path, const Safetensors& contents);

// SHA-256 over all floating tensors sorted by name (byte order): name bytes, then row-major little-endian float32
// bytes. Integer tensors are left out.
std::string weights_hash(const std::map<std::string, torch::Tensor>& tensors);

}  // namespace centigan
