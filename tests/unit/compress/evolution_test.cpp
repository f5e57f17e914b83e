#include "evolution.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "lite_support.h"
#include "search_log.h"
#include "test_support.h"

namespace centigan {
namespace {

SearchSpace small_space() {
  auto config = lite_test::tiny_config(32);
  config.lite.widths = config.lite.d_widths = {16, 16, 12, 8};
  return SearchSpace(config, 4, {});
}

// A student is the better the more it computes at 8 px, and loses by few bits.
double synthetic_distance(const SearchSpace& space, const Genome& genome) {
  const ModelConfig student = space.student(genome);
  double sum = 20.0 - static_cast<double>(student.lite.widths[1] * (1 + student.lite.level_convs[0]));
  for (const int64_t bits : student.lite.quant.bits) sum += bits == 4 ? 2.0 : bits == 6 ? 0.1 : 0.0;
  return sum;
}

std::vector<Candidate> evolved(const SearchSpace& space, const DeviceBudget& budget, uint64_t seed,
                               int64_t stop_after = 1000) {
  bool stopped = false;
  int64_t generations = 0;
  const auto all = evolve(
      space, budget, {12, 8, seed},
      [&](std::vector<Candidate>& born) {
        for (Candidate& candidate : born) candidate.distance = synthetic_distance(space, candidate.genome);
        return ++generations <= stop_after;
      },
      stopped);
  EXPECT_EQ(stopped, generations > stop_after);
  return all;
}

const DeviceBudget kTight = parse_budget("flash=25K,ram=3500,instructions=3500K");

TEST(SearchSpace, GenesAreWhatMayBeChosen) {
  const SearchSpace space = small_space();
  EXPECT_EQ(space.genes().front().name, "w_dim");
  EXPECT_EQ(space.genes().front().values, (std::vector<int64_t>{4, 8, 12}));
  EXPECT_EQ(description(space.student(space.smallest())),
            "w 4 | 4 4 4 4 | convs 0 0 0 0 | const | bits 4 4 8 4 8 4 8 4 8");
  EXPECT_EQ(description(space.student(space.widest())),
            "w 12 | 16 16 12 8 | convs 1 1 1 1 | dense | bits 8 8 8 8 8 8 8 8 8 8 8 8 8");
  const auto drawn = space.random(RandomStream(1, "x"), 5);
  EXPECT_EQ(drawn, space.random(RandomStream(1, "x"), 5));
  EXPECT_NE(drawn, space.random(RandomStream(1, "x"), 6));
}

TEST(Evolution, EveryStudentFitsAndHasNoRoomLeft) {
  const SearchSpace space = small_space();
  const auto all = evolved(space, kTight, 1);
  EXPECT_GT(all.size(), 80u);
  std::set<std::string> different;
  for (const Candidate& candidate : all) {
    EXPECT_EQ(over_budget(space.cost(candidate.genome), kTight), "");
    EXPECT_EQ(candidate.cost.file, space.cost(candidate.genome).file);
    different.insert(description(space.student(candidate.genome)));
    for (size_t gene = 0; gene < candidate.genome.size(); ++gene) {
      Genome more = candidate.genome;
      if (++more[gene] >= static_cast<int64_t>(space.genes()[gene].values.size())) continue;
      EXPECT_NE(over_budget(space.cost(more), kTight), "") << space.genes()[gene].name;
    }
  }
  EXPECT_EQ(different.size(), all.size());
}

TEST(Evolution, OneSeedIsOneSearch) {
  const SearchSpace space = small_space();
  const auto genomes = [&](uint64_t seed) {
    std::vector<Genome> list;
    for (const Candidate& candidate : evolved(space, kTight, seed)) list.push_back(candidate.genome);
    return list;
  };
  EXPECT_EQ(genomes(1), genomes(1));
  EXPECT_NE(genomes(1), genomes(2));
}

TEST(Evolution, GetsBetterThanChance) {
  const SearchSpace space = small_space();
  const auto all = evolved(space, kTight, 3);
  double random_best = 1e9;
  for (const Candidate& candidate : all)
    if (candidate.generation == 0) random_best = std::min(random_best, candidate.distance);
  EXPECT_LT(all.front().distance, random_best - 2.0);
  EXPECT_GT(all.front().generation, 0);
}

TEST(Evolution, StopsWhenItsJudgeDoes) {
  const SearchSpace space = small_space();
  EXPECT_EQ(evolved(space, kTight, 1, 2).size(), 24u);
}

TEST(Evolution, KnowsWhatNobodyMeets) {
  const SearchSpace space = small_space();
  EXPECT_TRUE(affordable(space, parse_budget("flash=17K")).empty());
  EXPECT_TRUE(affordable(space, parse_budget("ram=600")).empty());
  EXPECT_EQ(affordable(space, parse_budget("flash=1M")), space.smallest());
  // Bytes instead of packed weights where RAM is short of a filter's bytes.
  const Genome bytes = affordable(space, parse_budget("ram=" + std::to_string(space.cost(space.smallest()).ram - 1)));
  EXPECT_FALSE(bytes.empty());
  EXPECT_NE(bytes, space.smallest());
}

TEST(SearchLog, GoesOnAndKnowsItsSettings) {
  const std::string path = test::process_folder() + "/log/search.jsonl";
  std::filesystem::remove_all(test::process_folder() + "/log");
  const JsonFields settings = {{"search", int64_t{1}}, {"seed", int64_t{4}}};
  Candidate candidate;
  candidate.distance = 0.1 + 0.2;
  candidate.cost.file = 123;
  SearchLog(path, settings).add("a | b", candidate);
  std::ofstream(path, std::ios::app) << "{\"student\": \"torn";
  SearchLog again(path, settings);
  EXPECT_EQ(again.known(), 1);
  ASSERT_NE(again.find("a | b"), nullptr);
  EXPECT_EQ(*again.find("a | b"), 0.1 + 0.2);
  EXPECT_EQ(again.find("torn"), nullptr);
  again.add("c", candidate);
  EXPECT_EQ(SearchLog(path, settings).known(), 2);
  try {
    SearchLog(path, {{"search", int64_t{1}}, {"seed", int64_t{5}}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("belongs to a search with other settings"), std::string::npos);
  }
}

}  // namespace
}  // namespace centigan
