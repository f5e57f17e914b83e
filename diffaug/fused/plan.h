// What a policy does to one picture, for fixed draws: an affine map that one pass over the picture can apply.
// Plain C++, no torch: the CPU kernels and, compiled by nvcc, the CUDA kernels share every line.
//
// A pixel of the output shows pixel p + shift of the source, or was emptied by an *event* (a translation empties what
// comes from outside, a cutout its hole). Visible pixels are alpha x + beta m + fill[0], m the mean of the source pixel
// over its channels; pixels emptied last by event j are fill[j + 1] in all channels. Only contrast, which needs the
// mean of the picture at its moment, ties pixels together: the fills are linear in the sums of the source over a few
// sets of pixels, and those sets follow from the event that empties a pixel of the source *first*.
//
// The adjoint has the same shape with the two frames exchanged: it sums the gradient by the last event (output frame)
// and writes by the first one (source frame). So for each picture and for either direction:
//
//   1. make_plan
//   2. sums[i] = sum over all channels of the read pixels with read_index(plan, read_class(plan, row, column)) == i,
//      for i < plan.contrasts (nothing to do where that is 0; index -1 is a pixel that no sum wants)
//   3. solve(plan, sums, constants)
//   4. written pixel (r, c) = read_class's counterpart write_class(plan, r, c): 0 is
//      alpha x[r + read_rows, c + read_columns] + beta m + fill[0], any other class is fill[class].
//
// If plan.identity, the picture is copied.
#pragma once
#include "fused/draws.h"

namespace centigan {

// Rows top ... bottom - 1, columns left ... right - 1.
struct PixelRect {
  int32_t top, bottom, left, right;
};

CENTIGAN_HOST_DEVICE inline bool holds(const PixelRect& rect, int32_t row, int32_t column) {
  return row >= rect.top && row < rect.bottom && column >= rect.left && column < rect.right;
}

// A translation or cutout that empties pixels: those outside, or inside, of a rectangle. The rectangle in the frame of
// the source, and in that of the output; both cut at the picture.
struct PlanEvent {
  PixelRect source, output;
  PixelRect own;                        // in its own frame: the hole, or the whole picture
  int64_t before_rows, before_columns;  // own + before - shift so far = the rectangle in a later frame
  int64_t after_rows, after_columns;    // the shift of the policy up to and including this event
  int32_t section;                      // contrasts before it
  bool outside;
};

// A colour step, or (kTranslation) the birth of the next event.
struct PlanAction {
  StepKind kind;
  double value;
};

struct PlanContrast {
  double factor;
  double kappa;    // alpha + beta just before it
  int32_t events;  // events before it
};

struct PlanHead {
  int64_t h, w, channels;
  int64_t read_rows, read_columns;  // a written pixel shows the read pixel at its own place plus this
  int32_t actions, events, contrasts;
  bool adjoint, identity;
  double alpha, beta;  // solve() fills these and fill
};

// No constructors: may live in shared memory. The CPU has the same members as growing arrays (bands.h).
template <int32_t kSteps>
struct FixedPlan : PlanHead {
  PlanAction action[kSteps];
  PlanEvent event[kSteps];
  PlanContrast contrast[kSteps];
  double fill[kSteps + 1], count[kSteps + 1], share[kSteps + 1];
};
using DevicePlan = FixedPlan<kMaxDeviceSteps>;

CENTIGAN_HOST_DEVICE inline int32_t cut_to(int64_t value, int64_t size) {
  return static_cast<int32_t>(value < 0 ? 0 : value > size ? size : value);
}

CENTIGAN_HOST_DEVICE inline PixelRect moved_rect(const PixelRect& r, int64_t rows, int64_t columns, int64_t h,
                                                 int64_t w) {
  return {cut_to(r.top + rows, h), cut_to(r.bottom + rows, h), cut_to(r.left + columns, w),
          cut_to(r.right + columns, w)};
}

template <class Plan>
CENTIGAN_HOST_DEVICE void add_event(Plan& plan, const FusedStep& step, const StepDraw& draw) {
  const int32_t h = static_cast<int32_t>(plan.h), w = static_cast<int32_t>(plan.w);
  PlanEvent event = {};
  event.outside = step.kind == StepKind::kTranslation;
  event.own = {0, h, 0, w};
  event.before_rows = plan.read_rows, event.before_columns = plan.read_columns;
  if (event.outside) {
    if (draw.rows == 0 && draw.columns == 0) return;
    plan.read_rows += draw.rows, plan.read_columns += draw.columns;
  } else {
    const int32_t top = draw.rows - step.rows / 2, left = draw.columns - step.columns / 2;
    event.own = moved_rect({0, step.rows, 0, step.columns}, top, left, h, w);
    if (event.own.top >= event.own.bottom || event.own.left >= event.own.right) return;
  }
  event.after_rows = plan.read_rows, event.after_columns = plan.read_columns;
  event.source = moved_rect(event.own, event.after_rows, event.after_columns, h, w);
  event.section = plan.contrasts;
  plan.action[plan.actions++] = {StepKind::kTranslation, 0.0};
  plan.event[plan.events++] = event;
}

template <class Plan>
CENTIGAN_HOST_DEVICE void add_color(Plan& plan, StepKind kind, double value) {
  if (value == (kind == StepKind::kBrightness ? 0.0 : 1.0)) return;
  plan.action[plan.actions++] = {kind, value};
  if (kind == StepKind::kSaturation) {
    plan.beta = value * plan.beta + (1 - value) * (plan.alpha + plan.beta);
    plan.alpha *= value;
  } else if (kind == StepKind::kContrast) {
    plan.contrast[plan.contrasts++] = {value, plan.alpha + plan.beta, plan.events};
    plan.alpha *= value, plan.beta *= value;
  }
}

// The arrays of `plan` hold `count` entries (fill, count and share one more). u: the picture's row of draws; p: null,
// or probabilities `p_stride` apart (0: one for all steps). adjoint: the plan of the adjoint of the linear part.
template <class Plan, class U>
CENTIGAN_HOST_DEVICE void make_plan(Plan& plan, const FusedStep* steps, int32_t count, const U* u, const float* p,
                                    int64_t p_stride, int64_t channels, int64_t h, int64_t w, bool adjoint) {
  plan.h = h, plan.w = w, plan.channels = channels, plan.adjoint = adjoint;
  plan.actions = plan.events = plan.contrasts = 0;
  plan.read_rows = plan.read_columns = 0;
  plan.alpha = 1, plan.beta = 0;
  for (int32_t i = 0; i < count; ++i) {
    const StepDraw draw = draw_step(steps[i], u, p ? p + i * p_stride : nullptr, h, w);
    if (!draw.acts) continue;
    if (moves(steps[i].kind))
      add_event(plan, steps[i], draw);
    else
      add_color(plan, steps[i].kind, draw.value);
  }
  for (int32_t j = 0; j < plan.events; ++j) {
    PlanEvent& e = plan.event[j];
    e.output = moved_rect(e.own, e.before_rows - plan.read_rows, e.before_columns - plan.read_columns, h, w);
  }
  plan.identity = plan.actions == 0;
  if (adjoint) plan.read_rows = -plan.read_rows, plan.read_columns = -plan.read_columns;
}

// --- classes of pixels

// 0: the source pixel is seen in the output; j + 1: event j is the first that removes it.
template <class Plan>
CENTIGAN_HOST_DEVICE int32_t source_class(const Plan& plan, int32_t row, int32_t column) {
  for (int32_t j = 0; j < plan.events; ++j)
    if (holds(plan.event[j].source, row, column) != plan.event[j].outside) return j + 1;
  return 0;
}

// 0: the output pixel shows a source pixel; j + 1: event j is the last that emptied it.
template <class Plan>
CENTIGAN_HOST_DEVICE int32_t output_class(const Plan& plan, int32_t row, int32_t column) {
  for (int32_t j = plan.events; j > 0; --j)
    if (holds(plan.event[j - 1].output, row, column) != plan.event[j - 1].outside) return j;
  return 0;
}

template <class Plan>
CENTIGAN_HOST_DEVICE int32_t read_class(const Plan& plan, int32_t row, int32_t column) {
  return plan.adjoint ? output_class(plan, row, column) : source_class(plan, row, column);
}

template <class Plan>
CENTIGAN_HOST_DEVICE int32_t write_class(const Plan& plan, int32_t row, int32_t column) {
  return plan.adjoint ? source_class(plan, row, column) : output_class(plan, row, column);
}

// The sum that a read pixel of this class belongs to, 0 ... plan.contrasts - 1, or -1. Forward, contrast t wants the
// source pixels that no event before it removed; backward, it wants the output pixels that no event behind it emptied.
template <class Plan>
CENTIGAN_HOST_DEVICE int32_t read_index(const Plan& plan, int32_t cls) {
  if (plan.adjoint) {
    const int32_t section = cls == 0 ? 0 : plan.event[cls - 1].section;
    return section < plan.contrasts ? section : -1;
  }
  return (cls == 0 ? plan.contrasts : plan.event[cls - 1].section) - 1;
}

// --- the algebra

// The rectangle of event j in the frame after `born` events.
template <class Plan>
CENTIGAN_HOST_DEVICE PixelRect rect_at(const Plan& plan, int32_t j, int32_t born) {
  const PlanEvent &e = plan.event[j], &last = plan.event[born - 1];
  return moved_rect(e.own, e.before_rows - last.after_rows, e.before_columns - last.after_columns, plan.h, plan.w);
}

// The next edge of a rectangle behind `at`, or `size`.
CENTIGAN_HOST_DEVICE inline int32_t next_edge(int32_t at, int32_t first, int32_t second, int32_t next) {
  if (first > at && first < next) next = first;
  return second > at && second < next ? second : next;
}

template <class Plan>
CENTIGAN_HOST_DEVICE void count_band(Plan& plan, int32_t born, int32_t top, int32_t bottom) {
  const int32_t w = static_cast<int32_t>(plan.w);
  for (int32_t left = 0, right; left < w; left = right) {
    int32_t cls = 0;
    right = w;
    for (int32_t j = 0; j < born; ++j) {
      const PixelRect rect = rect_at(plan, j, born);
      right = next_edge(left, rect.left, rect.right, right);
      if (holds(rect, top, left) != plan.event[j].outside) cls = j + 1;
    }
    plan.count[cls] += static_cast<double>(bottom - top) * static_cast<double>(right - left);
  }
}

// plan.count[0 ... born]: pixels of each class in the frame after `born` events.
template <class Plan>
CENTIGAN_HOST_DEVICE void count_classes(Plan& plan, int32_t born) {
  const int32_t h = static_cast<int32_t>(plan.h);
  for (int32_t i = 0; i <= born; ++i) plan.count[i] = 0;
  for (int32_t top = 0, bottom; top < h; top = bottom) {
    bottom = h;
    for (int32_t j = 0; j < born; ++j) {
      const PixelRect rect = rect_at(plan, j, born);
      bottom = next_edge(top, rect.top, rect.bottom, bottom);
    }
    count_band(plan, born, top, bottom);
  }
}

// Sum of what the fills put into the picture after `born` events.
template <class Plan>
CENTIGAN_HOST_DEVICE double sum_of_fills(Plan& plan, int32_t born) {
  bool any = false;
  for (int32_t i = 0; i <= born; ++i) any = any || plan.fill[i] != 0;
  if (!any) return 0;
  count_classes(plan, born);
  double sum = 0;
  for (int32_t i = 0; i <= born; ++i) sum += plan.fill[i] * plan.count[i];
  return sum;
}

template <class Plan>
CENTIGAN_HOST_DEVICE void solve_forward(Plan& plan, const double* sums, bool constants) {
  const double pixels = static_cast<double>(plan.h * plan.w);
  int32_t born = 0, t = 0;
  plan.fill[0] = 0;
  for (int32_t a = 0; a < plan.actions; ++a) {
    const PlanAction& action = plan.action[a];
    if (action.kind == StepKind::kTranslation) plan.fill[++born] = 0;
    if (action.kind == StepKind::kBrightness && constants)
      for (int32_t i = 0; i <= born; ++i) plan.fill[i] += action.value;
    if (action.kind != StepKind::kContrast) continue;
    double seen = 0;
    for (int32_t s = t; s < plan.contrasts; ++s) seen += sums[s];
    const double shown = plan.contrast[t++].kappa * seen / static_cast<double>(plan.channels);
    const double mean = (shown + sum_of_fills(plan, born)) / pixels;
    for (int32_t i = 0; i <= born; ++i) plan.fill[i] = action.value * plan.fill[i] + (1 - action.value) * mean;
  }
}

// plan.share[s]: the gradient of all fills born in section s, taken back contrast by contrast.
template <class Plan>
CENTIGAN_HOST_DEVICE void take_back(Plan& plan, int32_t t, double mean_gradient) {
  const PlanContrast& contrast = plan.contrast[t];
  count_classes(plan, contrast.events);
  for (int32_t s = 0; s <= t; ++s) plan.share[s] *= contrast.factor;
  for (int32_t i = 0; i <= contrast.events; ++i)
    plan.share[i == 0 ? 0 : plan.event[i - 1].section] +=
        mean_gradient * plan.count[i] / static_cast<double>(plan.h * plan.w);
}

template <class Plan>
CENTIGAN_HOST_DEVICE void solve_adjoint(Plan& plan, const double* sums) {
  const double values = static_cast<double>(plan.h * plan.w * plan.channels);
  for (int32_t s = 0; s < plan.contrasts; ++s) plan.share[s] = sums[s];
  for (int32_t i = 0; i <= plan.events; ++i) plan.fill[i] = 0;
  for (int32_t t = plan.contrasts - 1; t >= 0; --t) {
    double mean_gradient = 0;
    for (int32_t s = 0; s <= t; ++s) mean_gradient += plan.share[s];
    mean_gradient *= 1 - plan.contrast[t].factor;
    const double each = mean_gradient * plan.contrast[t].kappa / values;
    plan.fill[0] += each;
    for (int32_t j = 0; j < plan.events; ++j)
      if (plan.event[j].section > t) plan.fill[j + 1] += each;
    if (t > 0) take_back(plan, t, mean_gradient);
  }
}

// From the sums of step 2 to plan.fill. constants: the whole map, else its linear part; the adjoint has none.
template <class Plan>
CENTIGAN_HOST_DEVICE void solve(Plan& plan, const double* sums, bool constants) {
  if (plan.adjoint)
    solve_adjoint(plan, sums);
  else
    solve_forward(plan, sums, constants);
}

}  // namespace centigan
