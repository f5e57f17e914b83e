// Numbers for people.
#pragma once
#include <cstdint>
#include <string>

namespace centigan {

// 1,234,567
inline std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

}  // namespace centigan
