#include "share_work.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <vector>

namespace centigan {

void share_work(int64_t pieces, int threads, const std::function<void(int64_t)>& work) {
  std::atomic<int64_t> next{0};
  const auto worker = [&] {
    const at::NoGradGuard no_grad;
    try {
      for (int64_t piece = next++; piece < pieces; piece = next++) work(piece);
    } catch (...) {
      next = pieces;
      throw;
    }
  };
  std::vector<std::future<void>> others;
  const int64_t helpers = std::min<int64_t>(threads, pieces) - 1;
  for (int64_t i = 0; i < helpers; ++i) others.push_back(std::async(std::launch::async, worker));
  worker();
  for (auto& other : others) other.get();
}

}  // namespace centigan
