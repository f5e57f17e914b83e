#include "fused/fused_kernel.h"

#include <algorithm>

namespace centigan {
namespace {

constexpr int64_t kStreamedBytes = int64_t{8} << 20;

// Sums are gathered block by block, so that their order depends on the shape only.
int64_t rows_of_block(const FusedTask& task) {
  return std::max<int64_t>(1, 16384 / std::max<int64_t>(1, task.w * task.c));
}

int64_t blocks_of(const FusedTask& task) {
  const int64_t rows = rows_of_block(task);
  return (task.h + rows - 1) / rows;
}

const void* picture_of(const FusedTask& task, int64_t n) {
  return static_cast<const char*>(task.x) + n * task.x_picture * task.bytes;
}

void plan_picture(const FusedTask& task, int64_t n, FusedPicture& work) {
  work.plan.resize(task.count);
  const auto plan = [&](const auto* u) {
    make_plan(work.plan, task.steps, task.count, u + n * task.draws, task.p, task.p_stride, task.c, task.h, task.w,
              task.adjoint);
  };
  task.u_double ? plan(static_cast<const double*>(task.u)) : plan(static_cast<const float*>(task.u));
  work.partial.assign(static_cast<size_t>(blocks_of(task) * work.plan.contrasts), 0.0);
  if (work.plan.contrasts > 0) read_bands(work.plan, work.read);
}

void sum_block(const FusedTask& task, int64_t n, FusedPicture& work, int64_t block) {
  if (work.plan.contrasts == 0) return;
  const int64_t top = block * rows_of_block(task), bottom = std::min(task.h, top + rows_of_block(task));
  double* const sums = work.partial.data() + block * work.plan.contrasts;
  SumArea area = {picture_of(task, n), task.x_row, task.x_channel, task.c, task.interleaved, 0, 0, 0, 0};
  const auto sum = row_kernels().sum[static_cast<int32_t>(task.element)];
  for (const Band& band : work.read.bands) {
    area.top = std::max<int64_t>(top, band.top), area.bottom = std::min<int64_t>(bottom, band.bottom);
    for (int32_t r = band.first_run; r < band.last_run && area.top < area.bottom; ++r) {
      const Run& run = work.read.runs[static_cast<size_t>(r)];
      area.left = run.left, area.right = run.right;
      sums[run.value] += sum(area);
    }
  }
}

void solve_picture(const FusedTask& task, FusedPicture& work) {
  const size_t contrasts = static_cast<size_t>(work.plan.contrasts);
  work.sums.assign(contrasts, 0.0);
  for (size_t i = 0; i < work.partial.size(); ++i) work.sums[i % contrasts] += work.partial[i];
  solve(work.plan, work.sums.data(), task.constants);
  write_bands(work.plan, work.write);
}

WriteArea write_area(const FusedTask& task, int64_t n, const DynamicPlan& plan) {
  const int64_t pixel = task.interleaved ? task.c : 1;
  WriteArea area = {};
  area.x = picture_of(task, n);
  area.y = static_cast<char*>(task.y) + n * task.c * task.h * task.w * task.bytes;
  area.x_start = plan.read_rows * task.x_row + plan.read_columns * pixel;
  area.x_row = task.x_row, area.x_channel = task.x_channel;
  area.y_row = task.w * pixel, area.y_channel = task.h * task.w;
  area.channels = task.c, area.interleaved = task.interleaved;
  area.stream = task.n * task.c * task.h * task.w * task.bytes >= kStreamedBytes;
  area.alpha = plan.alpha, area.beta = plan.beta, area.fill = plan.fill.data();
  return area;
}

void write_rows_of(const FusedTask& task, int64_t n, const FusedPicture& work, int64_t top, int64_t bottom) {
  WriteArea area = write_area(task, n, work.plan);
  const auto write = row_kernels().write[static_cast<int32_t>(task.element)];
  for (const Band& band : work.write.bands) {
    area.top = std::max<int64_t>(top, band.top), area.bottom = std::min<int64_t>(bottom, band.bottom);
    area.runs = work.write.runs.data() + band.first_run, area.run_count = band.last_run - band.first_run;
    if (area.top < area.bottom) write(area);
  }
}

template <class U>
int64_t first_row_with_nan(const U* u, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < rows * columns; ++i)
    if (!(u[i] == u[i])) return i / columns;
  return -1;
}

}  // namespace

void fused_pictures(const FusedTask& task, int64_t begin, int64_t end) {
  thread_local FusedPicture work;
  const int64_t blocks = blocks_of(task);
  for (int64_t n = begin; n < end; ++n) {
    plan_picture(task, n, work);
    for (int64_t block = 0; block < blocks; ++block) sum_block(task, n, work, block);
    solve_picture(task, work);
    write_rows_of(task, n, work, 0, task.h);
  }
}

FusedRounds::FusedRounds(const FusedTask& task)
    : task_(task), blocks_(blocks_of(task)), pictures_(static_cast<size_t>(task.n)) {
  for (int64_t n = 0; n < task.n; ++n) plan_picture(task, n, pictures_[static_cast<size_t>(n)]);
}

void FusedRounds::sum(int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i)
    sum_block(task_, i / blocks_, pictures_[static_cast<size_t>(i / blocks_)], i % blocks_);
}

void FusedRounds::solve() {
  for (FusedPicture& picture : pictures_) solve_picture(task_, picture);
}

void FusedRounds::write(int64_t begin, int64_t end) const {
  for (int64_t i = begin; i < end; ++i) {
    const int64_t top = i % blocks_ * rows_of_block(task_), bottom = std::min(task_.h, top + rows_of_block(task_));
    write_rows_of(task_, i / blocks_, pictures_[static_cast<size_t>(i / blocks_)], top, bottom);
  }
}

void fused_parameters(const FusedTask& task, int64_t columns, float* rows) {
  const auto write = [&](const auto* u) {
    for (int64_t n = 0; n < task.n; ++n)
      write_parameters(task.steps, task.count, u + n * task.draws, task.p, task.p_stride, task.h, task.w,
                       rows + n * columns);
  };
  task.u_double ? write(static_cast<const double*>(task.u)) : write(static_cast<const float*>(task.u));
}

int64_t row_with_nan(const FusedTask& task) {
  return task.u_double ? first_row_with_nan(static_cast<const double*>(task.u), task.n, task.draws)
                       : first_row_with_nan(static_cast<const float*>(task.u), task.n, task.draws);
}

}  // namespace centigan
