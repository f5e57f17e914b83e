#include <ATen/ATen.h>

#include <cmath>

#include "centigan/trainers/objective.h"

namespace centigan {

void Stats::add(const std::string& name, const torch::Tensor& value) {
  const torch::Tensor mean = value.detach().to(at::kDouble).mean();
  auto& [sum, count] = sums_[name];
  sum = sum.defined() ? sum + mean : mean;
  ++count;
}

void Stats::merge(const Stats& other) {
  for (const auto& [name, entry] : other.sums_) {
    auto& [sum, count] = sums_[name];
    if (entry.second > 0) sum = sum.defined() ? sum + entry.first : entry.first;
    count += entry.second;
  }
}

std::string Stats::drop_not_finite() {
  std::string names;
  for (auto& [name, entry] : sums_) {
    if (entry.second == 0 || std::isfinite(entry.first.item<double>())) continue;
    names += (names.empty() ? "" : ", ") + name;
    entry = {torch::Tensor(), 0};
  }
  return names;
}

std::map<std::string, double> Stats::take() {
  std::map<std::string, double> means;
  for (auto& [name, entry] : sums_) {
    means[name] = entry.second > 0 ? entry.first.item<double>() / entry.second : std::nan("");
    entry = {torch::Tensor(), 0};
  }
  return means;
}

void Stats::save(const std::string& prefix, Snapshot& snapshot) const {
  for (const auto& [name, entry] : sums_) {
    snapshot.put(prefix + "sum/" + name, entry.second > 0 ? entry.first.item<double>() : 0.0);
    snapshot.put(prefix + "count/" + name, entry.second);
  }
}

void Stats::load(const std::string& prefix, const Snapshot& snapshot) {
  sums_.clear();
  const std::string start = prefix + "count/";
  for (auto it = snapshot.tensors.lower_bound(start); it != snapshot.tensors.end(); ++it) {
    if (it->first.compare(0, start.size(), start) != 0) break;
    const std::string name = it->first.substr(start.size());
    const int64_t count = snapshot.integer(it->first);
    const double sum = snapshot.number(prefix + "sum/" + name);
    sums_[name] = {count > 0 ? at::scalar_tensor(sum, at::kDouble) : torch::Tensor(), count};
  }
}

}  // namespace centigan
