#include "non_finite.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "centigan/core/log.h"
#include "recovery.h"

namespace centigan {
namespace {

constexpr int64_t kMostInARow = 5, kWindow = 1000, kMostInWindow = 10;
const std::string kInARow = "counters/non_finite_in_a_row/";
const char* const kSteps = "counters/non_finite_steps";

}  // namespace

void NonFinite::good(const Phase& phase) {
  in_a_row_.erase(phase.name);
}

void NonFinite::note_step(int64_t step) {
  const auto old = [&](int64_t one) { return one <= step - kWindow; };
  steps_.erase(std::remove_if(steps_.begin(), steps_.end(), old), steps_.end());
  if (steps_.empty() || steps_.back() != step) steps_.push_back(step);
}

void NonFinite::bad(const Phase& phase, const StepInfo& info, const std::string& what) {
  ++skipped_;
  note_step(info.step);
  const std::string where = "step " + std::to_string(info.step) + ", " + phase.name, problem = what + " is not finite";
  if (++in_a_row_[phase.name] >= kMostInARow && !endless_)
    throw Setback(Setback::kNotFinite, where, problem + ", the fifth time in a row");
  if (static_cast<int64_t>(steps_.size()) >= kMostInWindow && !endless_)
    throw Setback(Setback::kNotFinite, where, problem + ", in the tenth of the last 1,000 steps");
  warn("train: " + where + ": " + problem + "; this update is dropped");
}

void NonFinite::save(Snapshot& snapshot) const {
  snapshot.put("counters/non_finite", skipped_);
  for (const auto& [phase, count] : in_a_row_) snapshot.put(kInARow + phase, count);
  if (!steps_.empty()) snapshot.tensors[kSteps] = at::tensor(steps_, at::kLong);
}

void NonFinite::load(const Snapshot& snapshot) {
  skipped_ = snapshot.integer("counters/non_finite");
  in_a_row_.clear();
  for (auto it = snapshot.tensors.lower_bound(kInARow); it != snapshot.tensors.end(); ++it) {
    if (it->first.rfind(kInARow, 0) != 0) break;
    in_a_row_[it->first.substr(kInARow.size())] = snapshot.integer(it->first);
  }
  steps_.clear();
  if (snapshot.tensors.count(kSteps) == 0) return;
  const at::Tensor& steps = snapshot.tensor(kSteps);
  steps_.assign(steps.const_data_ptr<int64_t>(), steps.const_data_ptr<int64_t>() + steps.numel());
}

}  // namespace centigan
