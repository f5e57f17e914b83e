// Which picture comes when: a function of seed and position.
#pragma once
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "centigan/core/random.h"
#include "centigan/data/dataset.h"

namespace centigan {

// Permutations that were used last are kept. For one thread.
class Sampler::Order {
 public:
  Order(const Dataset& dataset, uint64_t seed, bool balance);
  int64_t index(int64_t i);

 private:
  struct Class {
    std::vector<int64_t> members;
    RandomStream stream;
  };
  // Place i of the endless row of permutations of n numbers; `key` tells such rows apart.
  int64_t permuted(const RandomStream& stream, int64_t key, int64_t i, int64_t n);
  int64_t size_;
  RandomStream all_, turns_;
  std::vector<Class> classes_;                                        // empty: not balanced
  std::map<std::pair<int64_t, int64_t>, std::vector<int64_t>> kept_;  // (key, epoch modulo 2) -> permutation
  std::map<std::pair<int64_t, int64_t>, int64_t> kept_epoch_;
};

}  // namespace centigan
