// Pictures that will be asked for soon, read by a thread of its own. What comes out does not depend on it.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "centigan/data/dataset.h"

namespace centigan {

class Sampler::ReadAhead {
 public:
  explicit ReadAhead(const Dataset& dataset);
  ~ReadAhead();  // waits for the picture that is being read

  // Item i, which is the picture `index`: one that was read before, else it is read now. An error of the reading thread
  // is dropped there and comes up here.
  torch::Tensor take(int64_t i, int64_t index);
  // The items from `first` on come next; index(i) is asked here, in the caller's thread.
  void expect(int64_t first, const std::function<int64_t(int64_t)>& index);

 private:
  void work();
  const Dataset& dataset_;
  int64_t most_;  // pictures kept
  std::mutex guard_;
  std::condition_variable changed_;
  std::deque<std::pair<int64_t, int64_t>> asked_;  // item, index
  std::map<int64_t, torch::Tensor> ready_;         // by item
  int64_t reading_ = -1, end_ = 0;                 // the item in work; items before `end_` were asked for
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace centigan
