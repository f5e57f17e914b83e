// The pieces of a batch side by side on a few threads.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

namespace centigan {

// Runs work(piece) for every piece, the calling thread among the workers. Every thread gives LibTorch operators
// `operator_threads` threads, for as long as the pool lives. Piece p is always run by worker p mod threads.
class PiecePool {
 public:
  explicit PiecePool(int threads, int operator_threads = 1);
  ~PiecePool();
  // Returns when all are done; the exception of the lowest failing piece is thrown on.
  void run(int64_t pieces, const std::function<void(int64_t piece)>& work);
  int threads() const;
  int operator_threads() const;

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

// Calls `work` for the pieces 0, 1, … in this order, each once it and all before it are done(). From any thread.
class InOrder {
 public:
  void done(int64_t piece, const std::function<void(int64_t next)>& work);

 private:
  std::mutex mutex_;
  std::set<int64_t> waiting_;
  int64_t next_ = 0;
};

// 0 asks for as many threads as cores, at most one a piece.
int pick_threads(int64_t asked, int64_t pieces);

}  // namespace centigan
