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

// "48 c48 u48 p16 r": the START's width, then c CONV3, u UP3, p UP2P with their output widths, r toRGB. `flags`: of the
// convolutions.
ModelSpec student(const std::string& name, uint16_t latent, uint16_t style, const std::string& layers,
                  uint8_t flags = kGain | kNoise);

// In ascending size: E32-S, E32, E64, E128.
std::vector<Student> students();

}  // namespace cgrt_test
