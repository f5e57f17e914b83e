#include "pair_order.h"

#include <algorithm>
#include <map>
#include <set>

namespace centigan {
namespace {

class Elimination {
 public:
  explicit Elimination(const IndexPairs& different) {
    for (const auto& [low, high] : different) {
      others_[low].insert(high);
      others_[high].insert(low);
    }
    for (const auto& [place, others] : others_) waiting_.emplace(others.size(), place);
  }

  IndexPairs order() {
    IndexPairs result;
    while (!met_.empty() || !waiting_.empty()) {
      const int64_t pivot = (met_.empty() ? waiting_ : met_).begin()->second;
      forget(pivot);
      for (const int64_t other : others_[pivot]) {
        result.emplace_back(std::minmax(pivot, other));
        if (other != pivot) meet(other, pivot);
      }
    }
    return result;
  }

 private:
  using Queue = std::set<std::pair<size_t, int64_t>>;  // pairs left, place

  void forget(int64_t place) {
    const std::pair<size_t, int64_t> entry(others_[place].size(), place);
    met_.erase(entry), waiting_.erase(entry);
  }
  void meet(int64_t place, int64_t done) {
    forget(place);
    others_[place].erase(done);
    if (!others_[place].empty()) met_.emplace(others_[place].size(), place);
  }

  std::map<int64_t, std::set<int64_t>> others_;
  Queue met_, waiting_;
};

}  // namespace

IndexPairs elimination_order(const IndexPairs& pairs) {
  IndexPairs different;
  for (const auto& [i, j] : pairs) different.emplace_back(std::minmax(i, j));
  std::sort(different.begin(), different.end());
  different.erase(std::unique(different.begin(), different.end()), different.end());
  return Elimination(different).order();
}

}  // namespace centigan
