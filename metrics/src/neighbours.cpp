#include "neighbours.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <vector>

#include "blocks.h"
#include "centigan/core/exact_scope.h"
#include "share_work.h"

namespace centigan {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr size_t kCrowd = 64;

// For each row the points that may be among its k nearest: those whose lower bound is at most the k-th upper bound.
class Candidates {
 public:
  Candidates(int64_t rows, int64_t k)
      : k_(static_cast<size_t>(k)),
        most_(std::max(kCrowd, 8 * k_)),
        limits_(static_cast<size_t>(rows), kInfinity),
        highs_(limits_.size() * k_, kInfinity),
        found_(limits_.size()) {}

  const float* limits(int64_t row) const { return limits_.data() + row; }
  // Rows first … end-1 that too many points are near to.
  std::vector<int64_t> crowded(int64_t first, int64_t end) const {
    std::vector<int64_t> result;
    for (int64_t row = first; row < end; ++row)
      if (limits_[static_cast<size_t>(row)] == -kInfinity) result.push_back(row);
    return result;
  }

  void offer(int64_t row, int64_t point, float low, float high) {
    const auto i = static_cast<size_t>(row);
    if (!(low <= limits_[i])) return;
    if (found_[i].empty()) found_[i].reserve(most_ + 1);
    found_[i].push_back({low, static_cast<int32_t>(point)});
    if (high < limits_[i]) lower(i, high);
    if (found_[i].size() > most_) prune(i);
  }

  // Ascending.
  std::vector<int64_t> points(int64_t row) const {
    std::vector<int64_t> result;
    for (const auto& [low, point] : found_[static_cast<size_t>(row)])
      if (low <= limits_[static_cast<size_t>(row)]) result.push_back(point);
    std::sort(result.begin(), result.end());
    return result;
  }

 private:
  struct Candidate {
    float low;
    int32_t point;
  };

  void lower(size_t i, float high) {
    float* const last = highs_.data() + (i + 1) * k_ - 1;
    float* place = last;
    for (; place > last + 1 - k_ && place[-1] > high; --place) *place = place[-1];
    *place = high;
    limits_[i] = *last;
  }

  // Where too many points look alike none is kept: all of them are measured.
  void prune(size_t i) {
    auto& found = found_[i];
    const auto far = [&](const Candidate& c) { return c.low > limits_[i]; };
    found.erase(std::remove_if(found.begin(), found.end(), far), found.end());
    if (found.size() <= most_ / 2) return;
    found = {}, limits_[i] = -kInfinity;
  }

  size_t k_, most_;
  std::vector<float> limits_;
  std::vector<float> highs_;  // k a row, ascending
  std::vector<std::vector<Candidate>> found_;
};

Candidates find_candidates(const RoughSpace& space, const at::Tensor& rows, const at::Tensor& points, int64_t k,
                           Apart apart, RowCount& rows_done) {
  const RoughSet a(rows, space), b(points, space);
  const bool halved = apart == Apart::kItself;
  Candidates candidates(a.size(), k);
  std::vector<std::mutex> owners(static_cast<size_t>(a.size() / kTileRows + 1));  // of each row of tiles
  const std::vector<float> no_limits(kTileRows, -kInfinity);
  for_each_tile(a.size(), b.size(), halved, rows_done, [&](const Tile& tile) {
    const RoughTile rough(a, b, tile);
    const bool both_ways = halved && !tile.on_diagonal();
    const auto owner = [&](int64_t row) {
      return std::unique_lock<std::mutex>(owners[static_cast<size_t>(row / kTileRows)], std::defer_lock);
    };
    std::unique_lock<std::mutex> own = owner(tile.row), other;
    if (both_ways) other = owner(tile.column), std::lock(own, other);
    if (!both_ways) own.lock();
    const float* column_limits = both_ways ? candidates.limits(tile.column) : no_limits.data();
    rough.scan(candidates.limits(tile.row), column_limits, [&](int64_t i, int64_t j, float low, float high) {
      const int64_t row = tile.row + i, point = tile.column + j;
      if (apart != Apart::kNobody && row == point) return;
      candidates.offer(row, point, low, high);
      if (both_ways) candidates.offer(point, row, low, high);
    });
  });
  return candidates;
}

// The k first of `points` by distance.
void write_nearest(const std::vector<double>& distances, const std::vector<int64_t>& points, int64_t row,
                   Neighbours& result) {
  const int64_t k = result.distance.size(1);
  std::vector<size_t> order(points.size());
  for (size_t p = 0; p < order.size(); ++p) order[p] = p;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return distances[a] < distances[b]; });
  for (int64_t p = 0; p < k; ++p) {
    result.distance.mutable_data_ptr<double>()[row * k + p] = distances[order[static_cast<size_t>(p)]];
    result.index.mutable_data_ptr<int64_t>()[row * k + p] = points[order[static_cast<size_t>(p)]];
  }
}

void measure_candidates(const at::Tensor& rows, const at::Tensor& points, const Candidates& candidates, int64_t first,
                        int64_t end, Neighbours& result) {
  std::vector<int64_t> i, j;
  for (int64_t row = first; row < end; ++row)
    for (const int64_t point : candidates.points(row)) i.push_back(row), j.push_back(point);
  const std::vector<double> distances = distances_of_pairs(rows, i, points, j);
  for (size_t begin = 0, stop = 0; begin < i.size(); begin = stop) {
    while (stop < i.size() && i[stop] == i[begin]) ++stop;
    const auto from = static_cast<std::ptrdiff_t>(begin), to = static_cast<std::ptrdiff_t>(stop);
    write_nearest({distances.begin() + from, distances.begin() + to}, {j.begin() + from, j.begin() + to}, i[begin],
                  result);
  }
}

void measure_crowded(const at::Tensor& rows, const at::Tensor& points, const std::vector<int64_t>& crowded, Apart apart,
                     Neighbours& result) {
  if (crowded.empty()) return;
  const at::Tensor which = at::tensor(crowded, at::kLong);
  at::Tensor distances = distance_rows(rows.index_select(0, which), points);
  if (apart != Apart::kNobody) distances.scatter_(1, which.unsqueeze(1), std::numeric_limits<double>::infinity());
  for (size_t r = 0; r < crowded.size(); ++r) {
    const auto [sorted, order] = distances[static_cast<int64_t>(r)].sort(true, 0, false);
    result.distance[crowded[r]].copy_(sorted.narrow(0, 0, result.distance.size(1)));
    result.index[crowded[r]].copy_(order.narrow(0, 0, result.index.size(1)));
  }
}

}  // namespace

Neighbours neighbours(const RoughSpace& space, const torch::Tensor& rows, const torch::Tensor& points, int64_t k,
                      Apart apart, RowCount& rows_done) {
  const Candidates candidates = find_candidates(space, rows, points, k, apart, rows_done);
  Neighbours result{at::empty({rows.size(0), k}, at::kDouble), at::empty({rows.size(0), k}, at::kLong)};
  const int threads = at::get_num_threads();
  const ExactScope scope(1);
  constexpr int64_t kPiece = 128;
  share_work((rows.size(0) + kPiece - 1) / kPiece, threads, [&](int64_t piece) {
    const int64_t first = piece * kPiece, end = std::min(first + kPiece, rows.size(0));
    measure_candidates(rows, points, candidates, first, end, result);
    measure_crowded(rows, points, candidates.crowded(first, end), apart, result);
  });
  return result;
}

}  // namespace centigan
