// The steps of a policy, and what uniform draws mean to them. Plain C++, no torch: shared by CPU and CUDA kernels.
#pragma once
#include <cmath>
#include <cstdint>

#include "common/host_device.h"

namespace centigan {

enum class StepKind : int32_t { kBrightness, kSaturation, kContrast, kTranslation, kCutout };

// One step of a policy, for pictures of one size.
struct FusedStep {
  StepKind kind;
  int32_t column;         // of u: its first draw
  int32_t gate;           // of u: its gate; -1: it always acts
  float p;                // it acts where the gate's draw is below p, unless probabilities come with the call
  int32_t rows, columns;  // translation: the largest shift; cutout: the size of the hole
};

// trunc(size * ratio + 0.5), in double: float32 differs for some ratios.
inline int32_t part_of_size(int64_t size, double ratio) {
  return static_cast<int32_t>(static_cast<double>(size) * ratio + 0.5);
}

CENTIGAN_HOST_DEVICE constexpr bool moves(StepKind kind) {
  return kind == StepKind::kTranslation || kind == StepKind::kCutout;
}

// Policies longer than this have no fixed plan; on devices they take the composition of references.
constexpr int32_t kMaxDeviceSteps = 32;

// Kernel argument of a device.
struct DevicePolicy {
  FusedStep steps[kMaxDeviceSteps];
  int32_t count;
  int32_t draw_columns;  // columns of u without the gates, which is where the gate columns begin
};

// NaN counts as 0, so that no draw indexes outside.
CENTIGAN_HOST_DEVICE inline double clean_draw(double u) {
  return u == u ? u : 0.0;
}

// floor(u * count) in 0 ... count - 1, for any u.
CENTIGAN_HOST_DEVICE inline int32_t draw_below(double u, int64_t count) {
  const double drawn = floor(u * static_cast<double>(count));
  if (!(drawn > 0)) return 0;
  return static_cast<int32_t>(drawn < static_cast<double>(count - 1) ? drawn : static_cast<double>(count - 1));
}

// What a step does to one picture.
struct StepDraw {
  bool acts;
  double value;           // brightness: offset; saturation, contrast: factor
  int32_t rows, columns;  // translation: the shift; cutout: the centre
};

// u: the picture's row of draws; p: its probability where one comes with the call, else null.
template <class U>
CENTIGAN_HOST_DEVICE StepDraw draw_step(const FusedStep& step, const U* u, const float* p, int64_t h, int64_t w) {
  StepDraw draw = {true, 0.0, 0, 0};
  if (step.gate >= 0) {
    const float limit = p ? *p : step.p;
    draw.acts = limit >= 1.0f || clean_draw(static_cast<double>(u[step.gate])) < static_cast<double>(limit);
  }
  const double first = clean_draw(static_cast<double>(u[step.column]));
  if (step.kind == StepKind::kBrightness) draw.value = first - 0.5;
  if (step.kind == StepKind::kSaturation) draw.value = 2 * first;
  if (step.kind == StepKind::kContrast) draw.value = first + 0.5;
  if (!moves(step.kind)) return draw;
  const double second = clean_draw(static_cast<double>(u[step.column + 1]));
  const bool shift = step.kind == StepKind::kTranslation;
  draw.rows = draw_below(first, shift ? 2 * int64_t{step.rows} + 1 : h + 1 - step.rows % 2) - (shift ? step.rows : 0);
  draw.columns =
      draw_below(second, shift ? 2 * int64_t{step.columns} + 1 : w + 1 - step.columns % 2) - (shift ? step.columns : 0);
  return draw;
}

// One row of diffaug.parameters: the values of each step in written order (identity where it did not act, but always
// the centre of a hole), then 1 for each step that acted, else 0. p: probabilities `p_stride` apart, or null.
template <class U>
CENTIGAN_HOST_DEVICE void write_parameters(const FusedStep* steps, int32_t count, const U* u, const float* p,
                                           int64_t p_stride, int64_t h, int64_t w, float* row) {
  int32_t columns = 0;
  for (int32_t i = 0; i < count; ++i) columns += moves(steps[i].kind) ? 2 : 1;
  for (int32_t i = 0; i < count; ++i) {
    const FusedStep& step = steps[i];
    const StepDraw draw = draw_step(step, u, p ? p + i * p_stride : nullptr, h, w);
    const bool shown = draw.acts || step.kind == StepKind::kCutout;
    const double identity = step.kind == StepKind::kBrightness ? 0.0 : 1.0;
    if (moves(step.kind)) {
      row[step.column] = shown ? static_cast<float>(draw.rows) : 0.0f;
      row[step.column + 1] = shown ? static_cast<float>(draw.columns) : 0.0f;
    } else {
      row[step.column] = static_cast<float>(shown ? draw.value : identity);
    }
    row[columns + i] = draw.acts ? 1.0f : 0.0f;
  }
}

}  // namespace centigan
