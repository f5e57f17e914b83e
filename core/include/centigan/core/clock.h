// Time that passes.
#pragma once
#include <chrono>

namespace centigan {

// Seconds since some moment before; they never go backwards.
inline double clock_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace centigan
