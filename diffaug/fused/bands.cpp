#include "fused/bands.h"

#include <algorithm>

namespace centigan {
namespace {

// `source`: the rectangles of which frame.
const PixelRect& rect_of(const PlanEvent& event, bool source) {
  return source ? event.source : event.output;
}

int32_t bottom_of_band(const DynamicPlan& plan, bool source, int32_t top) {
  int32_t bottom = static_cast<int32_t>(plan.h);
  for (int32_t j = 0; j < plan.events; ++j) {
    const PixelRect& rect = rect_of(plan.event[j], source);
    bottom = next_edge(top, rect.top, rect.bottom, bottom);
  }
  return bottom;
}

// value_at(row, column) for the row `top`, of which neighbours with the same value are one run.
template <class ValueAt>
void add_runs(const DynamicPlan& plan, bool source, int32_t top, std::vector<Run>& runs, const ValueAt& value_at) {
  const size_t first = runs.size();
  const int32_t w = static_cast<int32_t>(plan.w);
  for (int32_t left = 0, right; left < w; left = right) {
    right = w;
    for (int32_t j = 0; j < plan.events; ++j) {
      const PixelRect& rect = rect_of(plan.event[j], source);
      right = next_edge(left, rect.left, rect.right, right);
    }
    const int32_t value = value_at(top, left);
    if (value < 0) continue;
    if (runs.size() > first && runs.back().right == left && runs.back().value == value)
      runs.back().right = right;
    else
      runs.push_back({left, right, value});
  }
}

bool same_runs(const Bands& all, const Band& a, const Band& b) {
  const auto begin = all.runs.begin();
  return std::equal(
      begin + a.first_run, begin + a.last_run, begin + b.first_run, begin + b.last_run,
      [](const Run& r, const Run& s) { return r.left == s.left && r.right == s.right && r.value == s.value; });
}

template <class ValueAt>
void make_bands(const DynamicPlan& plan, bool source, Bands& result, const ValueAt& value_at) {
  result.bands.clear();
  result.runs.clear();
  for (int32_t top = 0, h = static_cast<int32_t>(plan.h); top < h;) {
    Band band = {top, bottom_of_band(plan, source, top), static_cast<int32_t>(result.runs.size()), 0};
    add_runs(plan, source, top, result.runs, value_at);
    band.last_run = static_cast<int32_t>(result.runs.size());
    top = band.bottom;
    if (result.bands.empty() || !same_runs(result, result.bands.back(), band)) {
      result.bands.push_back(band);
    } else {
      result.bands.back().bottom = band.bottom;
      result.runs.resize(static_cast<size_t>(band.first_run));
    }
  }
}

// Classes that are written alike are one.
int32_t first_alike(const DynamicPlan& plan, int32_t cls) {
  for (int32_t i = 1; i < cls; ++i)
    if (plan.fill[static_cast<size_t>(i)] == plan.fill[static_cast<size_t>(cls)]) return i;
  return cls;
}

}  // namespace

void DynamicPlan::resize(int32_t steps) {
  const size_t size = static_cast<size_t>(steps);
  action.resize(size), event.resize(size), contrast.resize(size);
  fill.resize(size + 1), count.resize(size + 1), share.resize(size + 1);
}

void read_bands(const DynamicPlan& plan, Bands& result) {
  make_bands(plan, !plan.adjoint, result,
             [&](int32_t row, int32_t column) { return read_index(plan, read_class(plan, row, column)); });
}

void write_bands(const DynamicPlan& plan, Bands& result) {
  make_bands(plan, plan.adjoint, result,
             [&](int32_t row, int32_t column) { return first_alike(plan, write_class(plan, row, column)); });
}

}  // namespace centigan
