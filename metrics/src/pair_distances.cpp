#include "centigan/metrics/pair_distances.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "centigan/core/exact_scope.h"
#include "centigan/metrics/perceptual.h"
#include "pair_order.h"
#include "share_work.h"

namespace centigan {
namespace {

constexpr size_t kFreshPictures = 16, kPairsAtOnce = 128;
constexpr int64_t kFreshPixels = 8 * 256 * 256;  // VGG16 has 500 bytes of maps a pixel

std::pair<int64_t, int64_t> undirected(const std::pair<int64_t, int64_t>& pair) {
  return std::minmax(pair.first, pair.second);
}

int64_t bytes_of(const std::vector<at::Tensor>& maps) {
  int64_t bytes = 0;
  for (const at::Tensor& map : maps) bytes += static_cast<int64_t>(map.nbytes());
  return bytes;
}

// Works through pairs in an order; a picture's maps are held from its first pair to its last, if there is room.
class PairWork {
 public:
  PairWork(const FeatureExtractor& extractor, const PictureAt& picture, IndexPairs order, int64_t held_bytes)
      : extractor_(extractor),
        picture_(picture),
        order_(std::move(order)),
        distances_(order_.size()),
        most_(held_bytes) {
    for (size_t p = 0; p < order_.size(); ++p)
      for (const int64_t place : places(p)) uses_[place].push_back(p);
  }

  bool done() const { return next_ == order_.size(); }
  const IndexPairs& order() const { return order_; }
  const std::vector<double>& distances() const { return distances_; }

  // Some more pairs: as many as need few pictures that are not held.
  void advance() {
    const size_t first = next_;
    std::map<int64_t, at::Tensor> fresh;
    fresh_pixels_ = 0;
    while (!done() && next_ - first < kPairsAtOnce && take(fresh, next_ == first)) ++next_;
    find_maps(fresh);
    measure(first);
    leave(first);
  }

  size_t pairs_done() const { return next_; }

 private:
  std::vector<int64_t> places(size_t pair) const {
    const auto [low, high] = order_[pair];
    return low == high ? std::vector<int64_t>{low} : std::vector<int64_t>{low, high};
  }

  bool take(std::map<int64_t, at::Tensor>& fresh, bool always) {
    std::vector<int64_t> missing;
    for (const int64_t place : places(next_))
      if (maps_.count(place) + fresh.count(place) == 0) missing.push_back(place);
    if (!always && (fresh.size() + missing.size() > kFreshPictures || fresh_pixels_ > kFreshPixels)) return false;
    for (const int64_t place : missing) {
      const at::Tensor picture = fresh.emplace(place, picture_(place).unsqueeze(0)).first->second;
      fresh_pixels_ += picture.size(2) * picture.size(3);
    }
    return true;
  }

  void find_maps(const std::map<int64_t, at::Tensor>& fresh) {
    const std::vector<std::pair<int64_t, at::Tensor>> pictures(fresh.begin(), fresh.end());
    std::vector<std::vector<at::Tensor>> maps(pictures.size());
    share_work(static_cast<int64_t>(pictures.size()), extractor_.threads(), [&](int64_t i) {
      const auto at = static_cast<size_t>(i);
      for (const at::Tensor& map : extractor_.taps(pictures[at].second)) maps[at].push_back(map.cpu());
    });
    for (size_t i = 0; i < pictures.size(); ++i) {
      held_ += bytes_of(maps[i]);
      maps_[pictures[i].first] = std::move(maps[i]);
    }
  }

  void measure(size_t first) {
    const auto weights = extractor_.tap_weights();
    share_work(static_cast<int64_t>(next_ - first), extractor_.threads(), [&](int64_t i) {
      const size_t pair = first + static_cast<size_t>(i);
      const auto& [low, high] = order_[pair];
      distances_[pair] = perceptual_distance(maps_.at(low), maps_.at(high), weights).item<double>();
    });
  }

  void leave(size_t first) {
    for (size_t p = first; p < next_; ++p)
      for (const int64_t place : places(p)) {
        uses_[place].pop_front();
        if (uses_[place].empty()) drop(place);
      }
    while (held_ > most_ && !maps_.empty()) drop(needed_last());
  }

  int64_t needed_last() const {
    return std::max_element(
               maps_.begin(), maps_.end(),
               [&](const auto& a, const auto& b) { return uses_.at(a.first).front() < uses_.at(b.first).front(); })
        ->first;
  }

  void drop(int64_t place) {
    held_ -= bytes_of(maps_.at(place));
    maps_.erase(place);
  }

  const FeatureExtractor& extractor_;
  const PictureAt& picture_;
  IndexPairs order_;
  std::vector<double> distances_;               // of order_
  std::map<int64_t, std::deque<size_t>> uses_;  // pairs of a picture that are to come
  std::map<int64_t, std::vector<at::Tensor>> maps_;
  int64_t most_, held_ = 0, fresh_pixels_ = 0;
  size_t next_ = 0;
};

}  // namespace

torch::Tensor pair_distances(const FeatureExtractor& extractor, const IndexPairs& pairs, const PictureAt& picture,
                             const std::function<void(int64_t done)>& watch, int64_t held_bytes) {
  const ExactScope scope(1);
  PairWork work(extractor, picture, elimination_order(pairs), held_bytes);
  const auto all = static_cast<double>(work.order().size()), asked = static_cast<double>(pairs.size());
  while (!work.done()) {
    work.advance();
    watch(static_cast<int64_t>(asked * static_cast<double>(work.pairs_done()) / all));
  }
  std::map<std::pair<int64_t, int64_t>, double> found;
  for (size_t p = 0; p < work.order().size(); ++p) found[work.order()[p]] = work.distances()[p];
  std::vector<double> distances;
  for (const auto& pair : pairs) distances.push_back(found.at(undirected(pair)));
  return at::tensor(distances, at::kDouble);
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
