// The C runtime as a function on vectors.
#pragma once
#include <cstdint>
#include <vector>

#include "cgrt.h"

namespace centigan {

// 8-byte aligned copy of a file, opened. Errors: a file the runtime refuses (status text).
class RuntimeModel {
 public:
  explicit RuntimeModel(const std::vector<uint8_t>& bytes);
  // RGB888 rows of the whole picture, [H,W,3]. Status texts become Errors.
  std::vector<uint8_t> picture(uint64_t seed, const cgrt_options& options) const;
  std::vector<uint8_t> picture(uint64_t seed) const { return picture(seed, CGRT_OPTIONS_DEFAULT); }
  const cgrt_model& model() const { return model_; }
  cgrt_info info() const;

 private:
  std::vector<uint64_t> storage_;
  cgrt_model model_;
};

}  // namespace centigan
