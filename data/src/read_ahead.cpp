#include "read_ahead.h"

#include <algorithm>

namespace centigan {
namespace {

constexpr int64_t kMostAhead = 512, kMostBytesAhead = int64_t{32} << 20;  // pictures, and what they may take

int64_t pictures_ahead(const Dataset& dataset) {
  const int64_t one = dataset.channels() * dataset.height() * dataset.width();
  return std::clamp<int64_t>(kMostBytesAhead / one, 8, kMostAhead);
}

}  // namespace

Sampler::ReadAhead::ReadAhead(const Dataset& dataset) : dataset_(dataset), most_(pictures_ahead(dataset)) {
  thread_ = std::thread([this] { work(); });
}

Sampler::ReadAhead::~ReadAhead() {
  {
    const std::lock_guard<std::mutex> lock(guard_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

torch::Tensor Sampler::ReadAhead::take(int64_t i, int64_t index) {
  std::unique_lock<std::mutex> lock(guard_);
  changed_.wait(lock, [&] { return reading_ != i; });
  const auto known = ready_.find(i);
  if (known != ready_.end()) {
    torch::Tensor picture = known->second;
    ready_.erase(known);
    return picture;
  }
  while (!asked_.empty() && asked_.front().first <= i) asked_.pop_front();
  lock.unlock();
  return dataset_.image(index).contiguous();
}

// A jump (a run that went back) drops what is no longer wanted.
void Sampler::ReadAhead::expect(int64_t first, const std::function<int64_t(int64_t)>& index) {
  {
    const std::lock_guard<std::mutex> lock(guard_);
    const int64_t last = first + most_;
    const bool jump = end_ < first || end_ > last;
    if (jump) asked_.clear(), ready_.clear(), end_ = first;
    while (!asked_.empty() && asked_.front().first < first) asked_.pop_front();
    ready_.erase(ready_.begin(), ready_.lower_bound(first));
    for (; end_ < last; ++end_) asked_.emplace_back(end_, index(end_));
  }
  changed_.notify_all();
}

void Sampler::ReadAhead::work() {
  std::unique_lock<std::mutex> lock(guard_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || !asked_.empty(); });
    if (stop_) return;
    const auto [item, index] = asked_.front();
    asked_.pop_front();
    reading_ = item;
    lock.unlock();
    torch::Tensor picture;
    try {
      picture = dataset_.image(index).contiguous();
    } catch (const std::exception&) {  // the caller reads it again, and hears why it cannot be read
    }
    lock.lock();
    if (picture.defined()) ready_[item] = picture;
    reading_ = -1;
    changed_.notify_all();
  }
}

}  // namespace centigan
