#include "evolution.h"

#include <algorithm>
#include <set>
#include <utility>

#include "centigan/core/text.h"
#include "elastic.h"

namespace centigan {
namespace {

constexpr double kMutated = 0.2, kMutatedCrossing = 0.05;  // share of the genes that change
constexpr int64_t kMostDraws = 1 << 20;                    // for one genome
constexpr int64_t kTries = 20;                             // for a student that was not seen before

std::string numbers(const std::vector<int64_t>& values) {
  std::vector<std::string> words;
  for (const int64_t value : values) words.push_back(std::to_string(value));
  return joined(words, " ");
}

// One draw after the other from one stream.
class Dice {
 public:
  explicit Dice(const RandomStream& stream, int64_t first = 0) : stream_(stream), next_(first) {}
  int64_t below(int64_t bound) { return stream_.integer(next_++, bound); }
  bool chance(double share) { return static_cast<double>(below(1 << 20)) < share * (1 << 20); }
  std::vector<int64_t> order(int64_t count) { return stream_.permutation(next_++, count); }

 private:
  RandomStream stream_;
  int64_t next_;
};

bool fits_budget(const SearchSpace& space, const DeviceBudget& budget, const Genome& genome) {
  return over_budget(space.cost(genome), budget).empty();
}

// Random genomes within a budget.
class Draws {
 public:
  Draws(const SearchSpace& space, const DeviceBudget& budget, Dice& dice)
      : space_(space), budget_(budget), dice_(dice), affordable_(affordable(space, budget)) {}

  int64_t values(int64_t gene) const { return static_cast<int64_t>(space_.genes()[gene].values.size()); }
  int64_t genes() const { return static_cast<int64_t>(space_.genes().size()); }

  Genome random() {
    Genome genome;
    for (int64_t i = 0; i < genes(); ++i) genome.push_back(dice_.below(values(i)));
    return genome;
  }

  // Into the budget by random steps down; then random steps up use what is left.
  Genome settled(Genome genome) {
    while (!fits(genome))
      if (!step_down(genome)) genome = affordable_;
    while (steps_up(genome)) {
    }
    return genome;
  }

 private:
  bool fits(const Genome& genome) const { return fits_budget(space_, budget_, genome); }

  bool step_down(Genome& genome) {
    for (const int64_t gene : dice_.order(genes())) {
      if (genome[gene] == 0) continue;
      --genome[gene];
      return true;
    }
    return false;
  }

  bool steps_up(Genome& genome) {
    bool moved = false;
    for (const int64_t gene : dice_.order(genes())) {
      if (genome[gene] + 1 >= values(gene)) continue;
      ++genome[gene];
      if (fits(genome))
        moved = true;
      else
        --genome[gene];
    }
    return moved;
  }

  const SearchSpace& space_;
  const DeviceBudget& budget_;
  Dice& dice_;
  Genome affordable_;
};

class Evolution {
 public:
  Evolution(const SearchSpace& space, const DeviceBudget& budget, const EvolutionConfig& config)
      : space_(space), config_(config), dice_(RandomStream(config.seed, "search")), draws_(space, budget, dice_) {}

  std::vector<Candidate> first() {
    std::vector<Candidate> born;
    for (int64_t i = 0; i < config_.population; ++i)
      add(born, 0, [&] { return i % 4 == 0 ? space_.widest() : draws_.random(); });
    return born;
  }

  std::vector<Candidate> next(const std::vector<Candidate>& sorted, int64_t generation) {
    std::vector<Candidate> born;
    const auto parents = std::clamp<int64_t>(config_.population / 2, 1, static_cast<int64_t>(sorted.size()));
    const auto parent = [&] { return sorted[std::min(dice_.below(parents), dice_.below(parents))].genome; };
    for (int64_t i = 0; i < config_.population; ++i)
      add(born, generation, [&] {
        const Genome one = parent();
        return i % 2 == 0 ? mutated(one, kMutated) : crossed(one, parent());
      });
    return born;
  }

 private:
  template <class Make>
  void add(std::vector<Candidate>& born, int64_t generation, const Make& make) {
    for (int64_t attempt = 0; attempt < kTries; ++attempt) {
      Candidate candidate;
      candidate.genome = draws_.settled(make());
      if (!seen_.insert(description(space_.student(candidate.genome))).second) continue;
      candidate.generation = generation;
      candidate.cost = space_.cost(candidate.genome);
      born.push_back(std::move(candidate));
      return;
    }
  }

  Genome mutated(Genome genome, double share) {
    const int64_t certain = dice_.below(draws_.genes());
    for (int64_t i = 0; i < draws_.genes(); ++i)
      if (i == certain || dice_.chance(share)) {
        const int64_t step = 1 + dice_.below(2), sign = dice_.below(2) * 2 - 1;
        genome[i] = std::clamp<int64_t>(genome[i] + sign * step, 0, draws_.values(i) - 1);
      }
    return genome;
  }

  Genome crossed(Genome genome, const Genome& other) {
    for (int64_t i = 0; i < draws_.genes(); ++i)
      if (dice_.below(2) == 1) genome[i] = other[i];
    return mutated(std::move(genome), kMutatedCrossing);
  }

  const SearchSpace& space_;
  const EvolutionConfig& config_;
  Dice dice_;
  Draws draws_;
  std::set<std::string> seen_;
};

void sort_by_distance(std::vector<Candidate>& candidates) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
}

}  // namespace

Genome affordable(const SearchSpace& space, const DeviceBudget& budget) {
  Genome packed = space.smallest(), bytes = packed;
  for (size_t i = 0; i < bytes.size(); ++i)
    if (space.genes()[i].name.rfind("bits.", 0) == 0) bytes[i] = 2;
  for (const Genome& genome : {packed, bytes})
    if (fits_budget(space, budget, genome)) return genome;
  return {};
}

Genome random_affordable(const SearchSpace& space, const DeviceBudget& budget, const RandomStream& stream,
                         int64_t index) {
  Dice dice(stream, index * kMostDraws);
  Draws draws(space, budget, dice);
  return draws.settled(draws.random());
}

std::vector<Candidate> evolve(const SearchSpace& space, const DeviceBudget& budget, const EvolutionConfig& config,
                              const JudgeGeneration& judge, bool& stopped) {
  Evolution evolution(space, budget, config);
  std::vector<Candidate> all;
  stopped = false;
  for (int64_t generation = 0; generation <= config.generations && !stopped; ++generation) {
    std::vector<Candidate> born = generation == 0 ? evolution.first() : evolution.next(all, generation);
    stopped = !judge(born);
    if (!stopped) all.insert(all.end(), born.begin(), born.end());
    sort_by_distance(all);
  }
  return all;
}

std::string description(const ModelConfig& student) {
  const LiteConfig& lite = student.lite;
  std::vector<int64_t> convs;
  for (size_t level = 0; level < lite.widths.size(); ++level)
    convs.push_back(convs_at(student, static_cast<int64_t>(level)));
  return "w " + std::to_string(lite.w_dim) + " | " + numbers(lite.widths) + " | convs " + numbers(convs) +
         (lite.start_dense ? " | dense" : " | const") + " | bits " + numbers(lite.quant.bits);
}

}  // namespace centigan
