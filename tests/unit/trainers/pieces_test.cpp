#include "centigan/trainers/pieces.h"

#include <ATen/Parallel.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "tiny.h"

namespace centigan {
namespace {

TEST(PiecePool, RunsEveryPieceOnceAndAgain) {
  PiecePool pool(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::atomic<int>> counts(7);
    pool.run(7, [&](int64_t piece) { ++counts[piece]; });
    for (const auto& count : counts) ASSERT_EQ(count, 1);
  }
}

TEST(PiecePool, TwoThreadsWorkAtTheSameTime) {
  PiecePool pool(2);
  std::atomic<int> arrived{0};
  std::mutex mutex;
  std::set<std::thread::id> threads;
  pool.run(2, [&](int64_t) {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
    EXPECT_EQ(at::get_num_threads(), 1);
    const std::lock_guard<std::mutex> lock(mutex);
    threads.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(threads.size(), 2u);
}

TEST(PiecePool, SetsTheThreadsOfOperators) {
  const int before = at::get_num_threads();
  {
    PiecePool pool(2, 3);
    std::vector<int> threads(2);
    pool.run(2, [&](int64_t piece) { threads[piece] = at::get_num_threads(); });
    EXPECT_EQ(threads, (std::vector<int>{3, 3}));
    EXPECT_EQ(pool.operator_threads(), 3);
  }
  EXPECT_EQ(at::get_num_threads(), before);
}

TEST(PiecePool, APieceStaysWithItsThread) {
  PiecePool pool(3);
  std::vector<std::thread::id> first(7), now(7);
  pool.run(7, [&](int64_t piece) { first[piece] = std::this_thread::get_id(); });
  for (int round = 0; round < 50; ++round) {
    pool.run(7, [&](int64_t piece) { now[piece] = std::this_thread::get_id(); });
    ASSERT_EQ(now, first);
  }
}

TEST(PiecePool, ThrowsTheFirstPiecesErrorAndGoesOn) {
  PiecePool pool(2);
  const auto failing = [](int64_t piece) {
    if (piece > 0) throw std::runtime_error(std::to_string(piece));
  };
  try {
    pool.run(4, failing);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "1");
  }
  int count = 0;
  pool.run(1, [&](int64_t) { ++count; });
  EXPECT_EQ(count, 1);
}

TEST(PickThreads, AtMostOneAPiece) {
  EXPECT_EQ(pick_threads(5, 2), 2);
  EXPECT_EQ(pick_threads(1, 2), 1);
  EXPECT_GE(pick_threads(0, 2), 1);
}

TEST(InOrder, WorkIsDoneByNumberHoweverPiecesEnd) {
  InOrder in_order;
  std::vector<int64_t> order;
  const auto note = [&](int64_t piece) { order.push_back(piece); };
  in_order.done(2, note);
  EXPECT_TRUE(order.empty());
  in_order.done(0, note);
  EXPECT_EQ(order, (std::vector<int64_t>{0}));
  in_order.done(1, note);
  in_order.done(3, note);
  EXPECT_EQ(order, (std::vector<int64_t>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace centigan
