// What a fuzzer calls for each parser of core: any bytes end in a value or in Error, never otherwise.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "centigan/core/config.h"
#include "centigan/core/error.h"
#include "centigan/core/npy.h"
#include "centigan/core/npz.h"
#include "centigan/core/safetensors.h"

namespace centigan::fuzz {

inline void safetensors(const uint8_t* bytes, size_t size) {
  try {
    for (const auto& [name, tensor] : parse_safetensors(bytes, size, "fuzz").tensors) {
      if (tensor.nbytes() > size) __builtin_trap();
    }
  } catch (const Error&) {
  }
}

inline void npy(const uint8_t* bytes, size_t size) {
  try {
    if (parse_npy(bytes, size, "fuzz").nbytes() > size) __builtin_trap();
  } catch (const Error&) {
  }
}

inline void npz(const uint8_t* bytes, size_t size) {
  try {
    size_t total = 0;
    for (const auto& [name, array] : parse_npz(bytes, size, "fuzz")) total += array.nbytes();
    if (total > 1001 * size) __builtin_trap();
  } catch (const Error&) {
  }
}

struct FuzzConfig {
  bool flag = true;
  int64_t count = 1;
  double factor = 0.5;
  std::string text = "a";
  std::vector<int64_t> widths = {1, 2};
  Curve curve;
};
inline void visit(ConfigVisitor& v, FuzzConfig& c) {
  v.field("flag", c.flag, ""), v.field("count", c.count, ""), v.field("factor", c.factor, "");
  v.field("text", c.text, ""), v.field("widths", c.widths, ""), v.field("curve", c.curve, "");
}

// What was read must also survive writing and reading again.
inline void config(const uint8_t* bytes, size_t size) {
  FuzzConfig first, second;
  try {
    read_config(ConfigRef(first), std::string(reinterpret_cast<const char*>(bytes), size), "fuzz");
  } catch (const Error&) {
    return;
  }
  const std::string text = write_config(ConfigRef(first));
  read_config(ConfigRef(second), text, "fuzz");
  if (write_config(ConfigRef(second)) != text) __builtin_trap();
}

}  // namespace centigan::fuzz
