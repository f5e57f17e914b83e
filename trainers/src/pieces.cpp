#include "centigan/trainers/pieces.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "centigan/core/device.h"

namespace centigan {

struct PiecePool::Shared {
  std::mutex mutex;
  std::condition_variable start, done;
  int64_t job = 0, pieces = 0;  // `job` counts the calls of run
  int busy = 0;
  bool ending = false;
  const std::function<void(int64_t)>* work = nullptr;
  std::vector<std::exception_ptr> errors;
  std::vector<std::thread> threads;
  int operator_threads = 1, former_operator_threads = 1;

  // A piece stays with its thread: autograd sums gradients in the order in which a thread made the nodes, so a graph
  // that is kept from one phase to the next must grow on one thread, or bits depend on who was faster.
  void take_pieces(int worker, int workers) {
    for (int64_t piece = worker; piece < pieces; piece += workers) {
      try {
        (*work)(piece);
      } catch (...) {
        errors[piece] = std::current_exception();
      }
    }
  }

  void work_as(int worker, int workers) {
    set_operator_threads(operator_threads);
    int64_t seen = 0;
    for (std::unique_lock<std::mutex> lock(mutex);;) {
      start.wait(lock, [&] { return ending || job != seen; });
      if (ending) return;
      seen = job;
      lock.unlock();
      take_pieces(worker, workers);
      lock.lock();
      if (--busy == 0) done.notify_one();
    }
  }
};

PiecePool::PiecePool(int threads, int operator_threads) : shared_(new Shared) {
  shared_->former_operator_threads = at::get_num_threads();
  shared_->operator_threads = operator_threads;
  set_operator_threads(operator_threads);
  Shared* shared = shared_.get();
  for (int i = 1; i < threads; ++i) shared->threads.emplace_back([shared, i, threads] { shared->work_as(i, threads); });
}

PiecePool::~PiecePool() {
  {
    const std::lock_guard<std::mutex> lock(shared_->mutex);
    shared_->ending = true;
  }
  shared_->start.notify_all();
  for (std::thread& thread : shared_->threads) thread.join();
  set_operator_threads(shared_->former_operator_threads);
}

void PiecePool::run(int64_t pieces, const std::function<void(int64_t)>& work) {
  Shared& s = *shared_;
  {
    const std::lock_guard<std::mutex> lock(s.mutex);
    s.work = &work, s.pieces = pieces;
    s.errors.assign(pieces, nullptr);
    s.busy = static_cast<int>(s.threads.size());
    ++s.job;
  }
  s.start.notify_all();
  s.take_pieces(0, threads());
  std::unique_lock<std::mutex> lock(s.mutex);
  s.done.wait(lock, [&] { return s.busy == 0; });
  for (const std::exception_ptr& error : s.errors)
    if (error) std::rethrow_exception(error);
}

int PiecePool::threads() const {
  return static_cast<int>(shared_->threads.size()) + 1;
}

int PiecePool::operator_threads() const {
  return shared_->operator_threads;
}

void InOrder::done(int64_t piece, const std::function<void(int64_t)>& work) {
  const std::lock_guard<std::mutex> lock(mutex_);
  waiting_.insert(piece);
  for (; waiting_.erase(next_) > 0; ++next_) work(next_);
}

int pick_threads(int64_t asked, int64_t pieces) {
  const int64_t wanted = asked > 0 ? asked : hardware_threads();
  return static_cast<int>(std::clamp<int64_t>(wanted, 1, pieces));
}

}  // namespace centigan
