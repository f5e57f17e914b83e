// How far a computation over many rows of features has come.
#pragma once
#include <cstdint>
#include <functional>
#include <utility>

namespace centigan {

// Gets the rows done and all of them between pieces of work; what it throws ends the work.
using RowWatch = std::function<void(int64_t done, int64_t total)>;

class RowCount {
 public:
  RowCount(int64_t total, RowWatch watch) : total_(total), watch_(std::move(watch)) {}
  void add(int64_t rows) {
    done_ += rows;
    if (watch_) watch_(done_, total_);
  }

 private:
  int64_t total_, done_ = 0;
  RowWatch watch_;
};

}  // namespace centigan
