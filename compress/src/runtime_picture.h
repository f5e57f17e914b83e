// The C runtime as a function on vectors.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cgrt.h"

namespace centigan {

// 8-byte aligned copy of a file, opened. Errors: a file the runtime refuses (status text).
class RuntimeModel {
 public:
  explicit RuntimeModel(const std::vector<uint8_t>& bytes);
  // RGB888 rows of the whole picture, [H,W,3]. Status texts become Errors.
  std::vector<uint8_t> picture(uint64_t seed, const cgrt_options& options, uint32_t label) const;
  std::vector<uint8_t> picture(uint64_t seed, uint32_t label) const {
    return picture(seed, CGRT_OPTIONS_DEFAULT, label);
  }
  const cgrt_model& model() const { return model_; }
  cgrt_info info() const;
  std::vector<std::string> class_names() const;  // one a class, or none

 private:
  size_t bytes_;
  std::vector<uint64_t> storage_;
  cgrt_model model_;
};

}  // namespace centigan
