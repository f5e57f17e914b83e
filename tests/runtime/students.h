// The student architectures that the exporter offers, with their published sizes.
#pragma once

#include <string>
#include <vector>

#include "model_spec.h"

namespace cgrt_test {

struct Student {
  ModelSpec spec;
  int64_t file_bytes, macs;
  std::vector<int64_t> arena;  // 8-bit rows, hand-over at 4x4, 8x8, 16x16, none
  int64_t wide_arena;          // 16-bit rows, hand-over at 16x16
};

// In ascending size: E32-S, E32, E64, E128.
std::vector<Student> students();

}  // namespace cgrt_test
