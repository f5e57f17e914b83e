// SHA-256 for golden pictures, small and plain.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cgrt_test {

std::string sha256(const std::vector<uint8_t>& bytes);

}  // namespace cgrt_test
