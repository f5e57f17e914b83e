// Evolutionary search under exact constraints.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "search_space.h"

namespace centigan {

struct Candidate {
  Genome genome;
  DeviceCost cost;
  int64_t generation = 0;
  double distance = 0;  // from the teacher; what is minimised
};

struct EvolutionConfig {
  int64_t population = 32, generations = 20;
  uint64_t seed = 0;
};

// Gives each candidate its distance; false: stop.
using JudgeGeneration = std::function<bool(std::vector<Candidate>&)>;

// A genome within the budget that small steps from the smallest student reach; empty: there is none. Weights of fewer
// bits save flash and cost RAM (one unpacked filter), so the smallest student is tried in 4 and in 8 bits.
Genome affordable(const SearchSpace& space, const DeviceBudget& budget);

// Every gene drawn evenly; into the budget by random steps down; then random steps up use what is left. The element
// `index` of a stream.
Genome random_affordable(const SearchSpace& space, const DeviceBudget& budget, const RandomStream& stream,
                         int64_t index);

// Every candidate fits, and cannot have more of anything and still fit. The first generation is random, a quarter of it
// the widest student with random cuts; then half are mutations of winners of a tournament of two among the better half
// of all seen so far, half crossings of two. All draws are of (seed, "search"), so the same judge gives the same
// candidates. No student is judged twice. Returns all that were judged, the best first; `stopped`: the judge stopped.
std::vector<Candidate> evolve(const SearchSpace& space, const DeviceBudget& budget, const EvolutionConfig& config,
                              const JudgeGeneration& judge, bool& stopped);

// "w 64 | 64 64 48 32 | convs 1 1 0 1 | bits 8 8 4 …": all that makes two students different.
std::string description(const ModelConfig& student);

}  // namespace centigan
