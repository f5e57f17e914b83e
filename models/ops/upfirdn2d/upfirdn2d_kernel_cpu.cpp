#include "upfirdn2d/upfirdn2d_kernel.h"

#include <algorithm>
#include <numeric>
#include <vector>

// A line of the output is made in two passes: columns of the filter over lines of the input into a padded line, then
// rows of the filter along it. Outputs whose taps lie alike are a phase: every P-th of the line, reading every S-th
// pixel. Planar lines with S or P above 1 are taken apart first and put together behind, so that all inner loops run
// over neighbours.
namespace centigan {
namespace {

struct UpfirdnRun {
  int64_t count, width, step_in, step_out;  // `count` groups of `width` neighbours
};

template <int Taps, class In, class Acc>
CENTIGAN_INLINE void weigh_taps(const In* const* sources, const Acc* weights, Acc* out, const UpfirdnRun& run,
                                bool add) {
  for (int64_t j = 0; j < run.count; ++j) {
    const In* s[Taps];
    Acc w[Taps];
    for (int t = 0; t < Taps; ++t) s[t] = sources[t] + j * run.step_in, w[t] = weights[t];
    Acc* __restrict o = out + j * run.step_out;
    if (add) {
      for (int64_t i = 0; i < run.width; ++i) {
        Acc sum = o[i];
        for (int t = 0; t < Taps; ++t) sum += w[t] * load(s[t][i]);
        o[i] = sum;
      }
    } else {
      for (int64_t i = 0; i < run.width; ++i) {
        Acc sum = w[0] * load(s[0][i]);
        for (int t = 1; t < Taps; ++t) sum += w[t] * load(s[t][i]);
        o[i] = sum;
      }
    }
  }
}

// out (+)= sum of weights[t] * sources[t].
template <class In, class Acc>
CENTIGAN_INLINE void weigh(const In* const* sources, const Acc* weights, int64_t taps, Acc* out, const UpfirdnRun& run,
                           bool add) {
  for (; taps > 0; taps -= 4, sources += 4, weights += 4, add = true) {
    if (taps >= 4)
      weigh_taps<4>(sources, weights, out, run, add);
    else if (taps == 3)
      weigh_taps<3>(sources, weights, out, run, add);
    else if (taps == 2)
      weigh_taps<2>(sources, weights, out, run, add);
    else
      weigh_taps<1>(sources, weights, out, run, add);
  }
}

struct UpfirdnLinePhase {
  int64_t source, count, taps, weights;  // index of its weights in the list of all
};

// The horizontal pass of one call, worked out once.
template <class Acc>
struct UpfirdnPlan {
  int64_t phases, stride;  // P and S
  int64_t left, length;    // of the padded line, in pixels
  int64_t split_length;    // of each of its S parts
  std::vector<UpfirdnLinePhase> line;
  std::vector<Acc> weights;  // [terms][...]
  int64_t weights_per_term = 0;
  std::vector<Acc> padded, split, joined, column;
  std::vector<const Acc*> taps;
};

template <class Acc>
void plan_phases(const UpfirdnParams& p, UpfirdnPlan<Acc>& plan) {
  int64_t lowest = 0, highest = p.x.in;
  for (int64_t o = 0; o < plan.phases; ++o) {
    const UpfirdnPhase phase = upfirdn_phase(p.x, o);
    const int64_t count = o < p.x.out ? (p.x.out - o + plan.phases - 1) / plan.phases : 0;
    const int64_t taps = phase.first < p.x.taps ? (p.x.taps - phase.first + p.x.up - 1) / p.x.up : 0;
    plan.line.push_back({phase.source, count, taps, plan.weights_per_term});
    plan.weights_per_term += taps;
    if (count == 0) continue;
    lowest = std::min(lowest, phase.source);
    highest = std::max(highest, phase.source + (count - 1) * plan.stride + taps);
  }
  plan.left = -lowest, plan.length = highest - lowest;
  for (int64_t term = 0; term < p.terms; ++term)
    for (int64_t o = 0; o < plan.phases; ++o)
      for (int64_t k = upfirdn_phase(p.x, o).first; k < p.x.taps; k += p.x.up)
        plan.weights.push_back(static_cast<Acc>(p.rows[term * p.x.taps + k]));
}

template <class Acc>
UpfirdnPlan<Acc> make_plan(const UpfirdnParams& p) {
  UpfirdnPlan<Acc> plan;
  const int64_t common = std::gcd(p.x.up, p.x.down);
  plan.phases = p.x.up / common, plan.stride = p.x.down / common;
  plan_phases(p, plan);
  plan.split_length = (plan.length + plan.stride - 1) / plan.stride;
  plan.padded.assign(plan.length * p.inner, Acc(0));
  if (p.inner == 1 && plan.stride > 1) plan.split.assign(plan.split_length * plan.stride, Acc(0));
  plan.joined.assign(((p.x.out + plan.phases - 1) / plan.phases * plan.phases) * p.inner, Acc(0));
  plan.column.resize(p.y.taps);
  plan.taps.resize(p.x.taps);
  return plan;
}

// Columns of the filter over the lines that meet output line o; false if none does.
template <class T, class Acc>
CENTIGAN_INLINE bool column_pass(const T* plane, const UpfirdnParams& p, int64_t term, int64_t o,
                                 UpfirdnPlan<Acc>& plan, std::vector<const T*>& lines) {
  const UpfirdnPhase phase = upfirdn_phase(p.y, o);
  const double* column = p.columns + term * p.y.taps;
  int64_t taps = 0, source = phase.source;
  for (int64_t k = phase.first; k < p.y.taps; k += p.y.up, ++source) {
    if (source < 0 || source >= p.y.in || column[k] == 0.0) continue;
    lines[taps] = plane + source * p.x.in * p.inner;
    plan.column[taps++] = static_cast<Acc>(column[k]);
  }
  if (taps == 0) return false;
  weigh(lines.data(), plan.column.data(), taps, plan.padded.data() + plan.left * p.inner,
        UpfirdnRun{1, p.x.in * p.inner, 0, 0}, false);
  return true;
}

template <class Acc>
CENTIGAN_INLINE void split_line(UpfirdnPlan<Acc>& plan) {
  const Acc* __restrict in = plan.padded.data();
  Acc* __restrict out = plan.split.data();
  const int64_t pairs = plan.length / plan.stride, n = plan.split_length;
  if (plan.stride == 2) {
    for (int64_t i = 0; i < pairs; ++i) out[i] = in[2 * i], out[n + i] = in[2 * i + 1];
  } else {
    for (int64_t s = 0; s < plan.stride; ++s)
      for (int64_t i = 0; i < pairs; ++i) out[s * n + i] = in[plan.stride * i + s];
  }
  for (int64_t i = pairs * plan.stride; i < plan.length; ++i) out[i % plan.stride * n + i / plan.stride] = in[i];
}

// Rows of the filter along the padded line. `out` is a line of pixels, or (planar with P > 1) the phases one behind
// the other.
template <class Acc>
CENTIGAN_INLINE void row_pass(const UpfirdnParams& p, int64_t term, UpfirdnPlan<Acc>& plan, Acc* out, bool add) {
  const bool planar = p.inner == 1, apart = planar && plan.stride > 1;
  const int64_t phase_length = (p.x.out + plan.phases - 1) / plan.phases;
  if (apart) split_line(plan);
  for (int64_t o = 0; o < plan.phases; ++o) {
    const UpfirdnLinePhase& phase = plan.line[o];
    if (phase.count == 0) continue;
    for (int64_t t = 0; t < phase.taps; ++t) {
      const int64_t pixel = phase.source + plan.left + t;
      plan.taps[t] = apart ? plan.split.data() + pixel % plan.stride * plan.split_length + pixel / plan.stride
                           : plan.padded.data() + pixel * p.inner;
    }
    const bool dense = planar || (plan.stride == 1 && plan.phases == 1);
    const UpfirdnRun run = dense ? UpfirdnRun{1, phase.count * p.inner, 0, 0}
                                 : UpfirdnRun{phase.count, p.inner, plan.stride * p.inner, plan.phases * p.inner};
    const Acc* weights = plan.weights.data() + term * plan.weights_per_term + phase.weights;
    weigh(plan.taps.data(), weights, phase.taps, out + o * (planar ? phase_length : p.inner), run, add);
  }
}

// Puts the phases of a planar line together again.
template <class T, class Acc>
CENTIGAN_INLINE void join_line(const UpfirdnPlan<Acc>& plan, bool planar, T* __restrict y, int64_t size) {
  const Acc* __restrict line = plan.joined.data();
  if (!planar || plan.phases == 1) {
    for (int64_t i = 0; i < size; ++i) store(y[i], line[i]);
    return;
  }
  const int64_t n = (size + plan.phases - 1) / plan.phases, whole = size / plan.phases;
  if (plan.phases == 2) {
    for (int64_t i = 0; i < whole; ++i) store(y[2 * i], line[i]), store(y[2 * i + 1], line[n + i]);
  } else {
    for (int64_t o = 0; o < plan.phases; ++o)
      for (int64_t i = 0; i < whole; ++i) store(y[plan.phases * i + o], line[o * n + i]);
  }
  for (int64_t i = whole * plan.phases; i < size; ++i) store(y[i], line[i % plan.phases * n + i / plan.phases]);
}

template <class T>
CENTIGAN_INLINE void upfirdn_lines(const T* x, T* y, const UpfirdnParams& p, int64_t begin, int64_t end) {
  using Acc = Accumulator<T>;
  UpfirdnPlan<Acc> plan = make_plan<Acc>(p);
  std::vector<const T*> lines(p.y.taps);
  const int64_t size = p.x.out * p.inner;
  // A phase without taps is never written: its zeros stay those of the start.
  const bool empty_phase = std::any_of(plan.line.begin(), plan.line.end(), [](const auto& l) { return l.taps == 0; });
  for (int64_t i = begin; i < end; ++i) {
    const T* plane = x + i / p.y.out * p.y.in * p.x.in * p.inner;
    T* out = y + i * size;
    Acc* line = plan.joined.data();
    bool direct = false;
    if constexpr (std::is_same_v<T, Acc>) {
      direct = !empty_phase && (p.inner > 1 || plan.phases == 1);
      if (direct) line = out;
    }
    bool add = false;
    for (int64_t term = 0; term < p.terms; ++term) {
      if (!column_pass(plane, p, term, i % p.y.out, plan, lines)) continue;
      row_pass(p, term, plan, line, add);
      add = true;
    }
    if (!add) std::fill_n(line, direct ? size : static_cast<int64_t>(plan.joined.size()), Acc(0));
    if (!direct) join_line(plan, p.inner == 1, out, size);
  }
}

}  // namespace

CENTIGAN_CLONES void upfirdn2d_kernel_cpu(const float* x, float* y, const UpfirdnParams& p, int64_t begin,
                                          int64_t end) {
  upfirdn_lines(x, y, p, begin, end);
}
CENTIGAN_CLONES void upfirdn2d_kernel_cpu(const double* x, double* y, const UpfirdnParams& p, int64_t begin,
                                          int64_t end) {
  upfirdn_lines(x, y, p, begin, end);
}
CENTIGAN_CLONES void upfirdn2d_kernel_cpu(const Bf16* x, Bf16* y, const UpfirdnParams& p, int64_t begin, int64_t end) {
  upfirdn_lines(x, y, p, begin, end);
}

}  // namespace centigan
