#include "centigan/metrics/pair_distances.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "centigan/core/exact_scope.h"
#include "centigan/metrics/perceptual.h"
#include "share_work.h"

namespace centigan {
namespace {

using Maps = std::map<int64_t, std::vector<at::Tensor>>;

constexpr int64_t kTile = 8;
constexpr int64_t kHeldPixels = 2 * kTile * 256 * 256;  // VGG16 has 500 bytes of maps a pixel

// A distance has no direction.
std::pair<int64_t, int64_t> undirected(const std::pair<int64_t, int64_t>& pair) {
  return {std::min(pair.first, pair.second), std::max(pair.first, pair.second)};
}

// Pairs within a tile of places stand together, so that the maps of one picture serve several pairs; equal ones are
// neighbours.
std::vector<size_t> tiled_order(const IndexPairs& pairs) {
  const auto key = [&](size_t p) {
    const auto [low, high] = undirected(pairs[p]);
    return std::make_tuple(low / kTile, high / kTile, low, high);
  };
  std::vector<size_t> order(pairs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key(a) < key(b); });
  return order;
}

class PairWork {
 public:
  PairWork(const FeatureExtractor& extractor, const PictureAt& picture) : extractor_(extractor), picture_(picture) {}

  // Takes the pair if there is room for what it needs.
  bool take(const std::pair<int64_t, int64_t>& directed) {
    const auto pair = undirected(directed);
    if (pairs_.empty() || pairs_.back() != pair) {
      for (const int64_t place : {pair.first, pair.second}) {
        if (pictures_.count(place) > 0) continue;
        if (full() && !pairs_.empty()) return false;
        add(place);
      }
      pairs_.push_back(pair);
    }
    slots_.push_back(pairs_.size() - 1);
    return true;
  }

  // Of the pairs as they were taken.
  std::vector<double> distances() {
    const std::vector<double> found = different_distances();
    std::vector<double> all;
    for (const size_t slot : slots_) all.push_back(found[slot]);
    return all;
  }

 private:
  std::vector<double> different_distances() {
    const ExactScope scope(1);
    find_maps();
    const auto weights = extractor_.tap_weights();
    std::vector<double> found(pairs_.size());
    share_work(static_cast<int64_t>(pairs_.size()), extractor_.threads(), [&](int64_t p) {
      const auto& [i, j] = pairs_[static_cast<size_t>(p)];
      found[static_cast<size_t>(p)] = perceptual_distance(maps_.at(i), maps_.at(j), weights).item<double>();
    });
    return found;
  }

  bool full() const { return pictures_.size() >= 2 * kTile || pixels_ >= kHeldPixels; }

  void add(int64_t place) {
    const at::Tensor picture = picture_(place).unsqueeze(0);
    pixels_ += picture.size(2) * picture.size(3);
    pictures_.emplace(place, picture), maps_.emplace(place, std::vector<at::Tensor>());
  }

  void find_maps() {
    std::vector<int64_t> places;
    for (const auto& [place, picture] : pictures_) places.push_back(place);
    share_work(static_cast<int64_t>(places.size()), extractor_.threads(), [&](int64_t i) {
      const int64_t place = places[static_cast<size_t>(i)];
      maps_.at(place) = extractor_.taps(pictures_.at(place));
    });
  }

  const FeatureExtractor& extractor_;
  const PictureAt& picture_;
  std::map<int64_t, at::Tensor> pictures_;
  Maps maps_;
  int64_t pixels_ = 0;
  IndexPairs pairs_;
  std::vector<size_t> slots_;  // of each pair taken
};

}  // namespace

torch::Tensor pair_distances(const FeatureExtractor& extractor, const IndexPairs& pairs, const PictureAt& picture,
                             const std::function<void(int64_t done)>& watch) {
  at::Tensor result = at::empty({static_cast<int64_t>(pairs.size())}, at::kDouble);
  auto* out = result.mutable_data_ptr<double>();
  const std::vector<size_t> order = tiled_order(pairs);
  for (size_t first = 0; first < order.size();) {
    PairWork work(extractor, picture);
    size_t end = first;
    while (end < order.size() && work.take(pairs[order[end]])) ++end;
    for (const double distance : work.distances()) out[order[first++]] = distance;
    watch(static_cast<int64_t>(end));
  }
  return result;
}

torch::Tensor row_distances(const FeatureExtractor& extractor, const torch::Tensor& a, const torch::Tensor& b) {
  const ExactScope scope(1);
  const auto weights = extractor.tap_weights();
  at::Tensor result = at::empty({a.size(0)}, at::kDouble);
  share_work(a.size(0), extractor.threads(), [&](int64_t i) {
    const auto maps_a = extractor.taps(a.narrow(0, i, 1)), maps_b = extractor.taps(b.narrow(0, i, 1));
    result.narrow(0, i, 1).copy_(perceptual_distance(maps_a, maps_b, weights));
  });
  return result;
}

}  // namespace centigan
