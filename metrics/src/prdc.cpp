#include "centigan/metrics/prdc.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <vector>

#include "blocks.h"
#include "centigan/metrics/features_check.h"
#include "neighbours.h"

namespace centigan {
namespace {

// Radii of the balls of some points, as they are and as bounds decide about them: a pair whose upper bound is at most
// `sure` lies inside, one whose lower bound is above `possible` outside.
class Balls {
 public:
  Balls(const at::Tensor& radii, double scale)
      : radii_(radii.contiguous()),
        sure_((radii_ * scale).square_().mul_(1 - kRounding).to(at::kFloat)),
        possible_((radii_ * scale).square_().mul_(1 + kRounding).to(at::kFloat)) {}

  const double* radii(int64_t first) const { return radii_.const_data_ptr<double>() + first; }
  const float* sure(int64_t first) const { return sure_.const_data_ptr<float>() + first; }
  const float* possible(int64_t first) const { return possible_.const_data_ptr<float>() + first; }

 private:
  static constexpr double kRounding = 1e-6;  // of float32, and of the distances themselves
  at::Tensor radii_, sure_, possible_;
};

struct AllBalls {
  Balls narrow, wide;  // of the reals, for precision and for density and coverage
  Balls fake;
};

struct Counts {
  Counts(int64_t reals, int64_t fakes)
      : recalled(static_cast<size_t>(reals)),
        covered(recalled.size()),
        precise(static_cast<size_t>(fakes)),
        holders(precise.size()) {}
  std::vector<char> recalled, covered, precise;
  std::vector<int64_t> holders;

  void add(size_t real, size_t fake, bool in_narrow, bool in_wide, bool in_fake) {
    if (in_narrow) precise[fake] = 1;
    if (in_wide) ++holders[fake], covered[real] = 1;
    if (in_fake) recalled[real] = 1;
  }
};

// A tile of all pairs, reals down and fakes across.
class TileCount {
 public:
  TileCount(const AllBalls& balls, const Tile& tile) : balls_(balls), tile_(tile), counts_(tile.rows, tile.columns) {}

  void scan(const RoughTile& rough) {
    std::vector<float> limits(static_cast<size_t>(tile_.rows));
    const float *narrow = balls_.narrow.possible(tile_.row), *wide = balls_.wide.possible(tile_.row);
    for (size_t i = 0; i < limits.size(); ++i) limits[i] = std::max(narrow[i], wide[i]);
    rough.scan(limits.data(), balls_.fake.possible(tile_.column),
               [&](int64_t i, int64_t j, float low, float high) { take(i, j, low, high); });
  }

  // Pairs that the bounds could not decide.
  void decide(const at::Tensor& real, const at::Tensor& fake) {
    if (static_cast<int64_t>(reals_.size()) > tile_.rows * tile_.columns / 8) return decide_by_block(real, fake);
    const std::vector<double> distances = distances_of_pairs(real, reals_, fake, fakes_);
    for (size_t p = 0; p < distances.size(); ++p) add_exactly(reals_[p], fakes_[p], distances[p]);
  }

  void add_to(Counts& all) const {
    for (int64_t i = 0; i < tile_.rows; ++i) {
      const auto here = static_cast<size_t>(i), there = static_cast<size_t>(tile_.row + i);
      all.recalled[there] |= counts_.recalled[here], all.covered[there] |= counts_.covered[here];
    }
    for (int64_t j = 0; j < tile_.columns; ++j) {
      const auto here = static_cast<size_t>(j), there = static_cast<size_t>(tile_.column + j);
      all.precise[there] |= counts_.precise[here], all.holders[there] += counts_.holders[here];
    }
  }

 private:
  void take(int64_t i, int64_t j, float low, float high) {
    const auto undecided = [&](const Balls& balls, int64_t point) {
      return low <= *balls.possible(point) && high > *balls.sure(point);
    };
    const int64_t real = tile_.row + i, fake = tile_.column + j;
    if (undecided(balls_.narrow, real) || undecided(balls_.wide, real) || undecided(balls_.fake, fake)) {
      reals_.push_back(real), fakes_.push_back(fake);
      return;
    }
    counts_.add(static_cast<size_t>(i), static_cast<size_t>(j), high <= *balls_.narrow.sure(real),
                high <= *balls_.wide.sure(real), high <= *balls_.fake.sure(fake));
  }

  void add_exactly(int64_t real, int64_t fake, double distance) {
    counts_.add(static_cast<size_t>(real - tile_.row), static_cast<size_t>(fake - tile_.column),
                distance <= *balls_.narrow.radii(real), distance <= *balls_.wide.radii(real),
                distance <= *balls_.fake.radii(fake));
  }

  void decide_by_block(const at::Tensor& real, const at::Tensor& fake) {
    const at::Tensor distances =
        distance_rows(real.narrow(0, tile_.row, tile_.rows), fake.narrow(0, tile_.column, tile_.columns));
    const double* values = distances.const_data_ptr<double>();
    for (size_t p = 0; p < reals_.size(); ++p)
      add_exactly(reals_[p], fakes_[p], values[(reals_[p] - tile_.row) * tile_.columns + fakes_[p] - tile_.column]);
  }

  const AllBalls& balls_;
  Tile tile_;
  Counts counts_;
  std::vector<int64_t> reals_, fakes_;  // of the undecided pairs
};

Counts count_pairs(const RoughSpace& space, const at::Tensor& real, const at::Tensor& fake, const AllBalls& balls,
                   RowCount& rows_done) {
  const RoughSet a(real, space), b(fake, space);
  Counts all(a.size(), b.size());
  std::mutex adding;
  for_each_tile(a.size(), b.size(), false, rows_done, [&](const Tile& tile) {
    TileCount count(balls, tile);
    count.scan(RoughTile(a, b, tile));
    count.decide(real, fake);
    const std::lock_guard lock(adding);
    count.add_to(all);
  });
  return all;
}

double share(const std::vector<char>& marks) {
  return static_cast<double>(std::count(marks.begin(), marks.end(), 1)) / static_cast<double>(marks.size());
}

double mean(const std::vector<int64_t>& values) {
  double sum = 0;
  for (const int64_t value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

}  // namespace

Prdc prdc(const torch::Tensor& real_in, const torch::Tensor& fake_in, int64_t k, int64_t k_density,
          const RowWatch& watch) {
  const int64_t most = std::max(k, k_density);
  const at::Tensor real = usable_features(real_in, "real", most + 1);
  const at::Tensor fake = usable_features(fake_in, "fake", k + 1, real.size(1));
  RowCount rows(2 * real.size(0) + fake.size(0), watch);
  const RoughSpace space = rough_space(real, fake);
  const at::Tensor near_reals = neighbours(space, real, real, most, Apart::kItself, rows).distance;
  const at::Tensor near_fakes = neighbours(space, fake, fake, k, Apart::kItself, rows).distance;
  const AllBalls balls{{near_reals.select(1, k - 1), space.scale},
                       {near_reals.select(1, k_density - 1), space.scale},
                       {near_fakes.select(1, k - 1), space.scale}};
  const Counts counts = count_pairs(space, real, fake, balls, rows);
  return {share(counts.precise), share(counts.recalled), mean(counts.holders) / static_cast<double>(k_density),
          share(counts.covered)};
}

}  // namespace centigan
