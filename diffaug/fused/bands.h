// A picture as bands of rows, each a few runs of columns whose pixels are treated alike. Plain C++, no torch.
#pragma once
#include <vector>

#include "fused/plan.h"
#include "fused/rows.h"

namespace centigan {

// A plan (plan.h) for policies of any length.
struct DynamicPlan : PlanHead {
  std::vector<PlanAction> action;
  std::vector<PlanEvent> event;
  std::vector<PlanContrast> contrast;
  std::vector<double> fill, count, share;
  void resize(int32_t steps);
};

struct Band {
  int32_t top, bottom;
  int32_t first_run, last_run;  // runs first_run ... last_run - 1
};

struct Bands {
  std::vector<Band> bands;
  std::vector<Run> runs;
};

// Run::value is the sum (read_index) that the pixels belong to; pixels that belong to none are left out.
void read_bands(const DynamicPlan& plan, Bands& result);

// After solve(). Run::value is the class; every pixel is in one run.
void write_bands(const DynamicPlan& plan, Bands& result);

}  // namespace centigan
