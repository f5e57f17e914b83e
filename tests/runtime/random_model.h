// Random small architectures that together meet every feature of the format.
#pragma once

#include <cstdint>

#include "model_spec.h"

namespace cgrt_test {

// A plain counter generator: the same models on every machine.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 2 + 1) {}
  uint32_t next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return uint32_t(state_ >> 33);
  }
  int range(int lo, int hi) { return lo + int(next() % uint32_t(hi - lo + 1)); }
  bool chance(int percent) { return range(0, 99) < percent; }

 private:
  uint64_t state_;
};

ModelSpec random_model(uint64_t seed);

}  // namespace cgrt_test
