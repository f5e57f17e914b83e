#include "ada_filter/ada_filter_kernel.h"

#include <algorithm>
#include <vector>

#include "common/planes.h"
#include "common/row_sums.h"

namespace centigan {
namespace {

constexpr AdaFilterBank kBank = make_ada_filter_bank();

// Works on planes of one size; memory is kept from one to the next.
template <class T>
class PlaneFilter {
 public:
  explicit PlaneFilter(const AdaFilterParams& p)
      : p_(p),
        middle_(static_cast<size_t>(p.h * p.w)),
        line_(static_cast<size_t>(p.w + 4 * kAdaFilterPad)),
        sum_(static_cast<size_t>(p.w + 2 * kAdaFilterPad)),
        zeros_(static_cast<size_t>(p.w)) {}

  void forward(const T* x, const double* gains, T* y) {
    ada_filter_taps(kBank, gains, taps_);
    for (int64_t r = 0; r < p_.h; ++r) filter_row(x + r * p_.w, middle_.data() + r * p_.w);
    const T* rows[kAdaFilterTaps];
    for (int64_t r = 0; r < p_.h; ++r) {
      for (int k = 0; k < kAdaFilterTaps; ++k)
        rows[k] = middle_.data() + ada_reflected_always(r + k - kAdaFilterPad, p_.h) * p_.w;
      sum_rows(rows, taps_, kAdaFilterTaps, y + r * p_.w, p_.w);
    }
  }

  void adjoint(const T* grad, const double* gains, T* out) {
    ada_filter_taps(kBank, gains, taps_);
    std::fill(middle_.begin(), middle_.end(), T(0));
    const T* rows[kAdaFilterTaps];
    for (int64_t at = -kAdaFilterPad; at < p_.h + kAdaFilterPad; ++at) {
      for (int k = 0; k < kAdaFilterTaps; ++k) {
        const int64_t r = at + kAdaFilterPad - k;
        rows[k] = r < 0 || r >= p_.h ? zeros_.data() : grad + r * p_.w;
      }
      sum_rows(rows, taps_, kAdaFilterTaps, sum_.data(), p_.w);
      T* row = middle_.data() + ada_reflected_always(at, p_.h) * p_.w;
      for (int64_t i = 0; i < p_.w; ++i) row[i] += sum_[static_cast<size_t>(i)];
    }
    for (int64_t r = 0; r < p_.h; ++r) fold_row(middle_.data() + r * p_.w, out + r * p_.w);
  }

 private:
  void filter_row(const T* x, T* y) {
    for (int64_t i = -kAdaFilterPad; i < p_.w + kAdaFilterPad; ++i)
      line_[static_cast<size_t>(i + kAdaFilterPad)] = x[ada_reflected_always(i, p_.w)];
    const T* shifted[kAdaFilterTaps];
    for (int k = 0; k < kAdaFilterTaps; ++k) shifted[k] = line_.data() + k;
    sum_rows(shifted, taps_, kAdaFilterTaps, y, p_.w);
  }

  void fold_row(const T* in, T* out) {
    std::fill(line_.begin(), line_.end(), T(0));
    std::copy(in, in + p_.w, line_.begin() + 2 * kAdaFilterPad);
    const T* shifted[kAdaFilterTaps];
    for (int k = 0; k < kAdaFilterTaps; ++k) shifted[k] = line_.data() + 2 * kAdaFilterPad - k;
    sum_rows(shifted, taps_, kAdaFilterTaps, sum_.data(), p_.w + 2 * kAdaFilterPad);
    std::fill(out, out + p_.w, T(0));
    for (int64_t i = 0; i < p_.w + 2 * kAdaFilterPad; ++i)
      out[ada_reflected_always(i - kAdaFilterPad, p_.w)] += sum_[static_cast<size_t>(i)];
  }

  const AdaFilterParams p_;
  T taps_[kAdaFilterTaps] = {};
  std::vector<T> middle_, line_, sum_, zeros_;
};

}  // namespace

template <class T>
void ada_filter_kernel_cpu(const T* x, const double* gains, T* y, const AdaFilterParams& p, int64_t begin,
                           int64_t end) {
  PlaneFilter<T> filter(p);
  map_planes({begin, end, p.h * p.w, p.channels}, x, gains, kAdaBands, ada_filter_is_identity, y,
             [&](const T* from, const double* own, T* to) { filter.forward(from, own, to); });
}

template <class T>
void ada_filter_backward_kernel_cpu(const T* grad, const double* gains, T* out, const AdaFilterParams& p, int64_t begin,
                                    int64_t end) {
  PlaneFilter<T> filter(p);
  map_planes({begin, end, p.h * p.w, p.channels}, grad, gains, kAdaBands, ada_filter_is_identity, out,
             [&](const T* from, const double* own, T* to) { filter.adjoint(from, own, to); });
}

template void ada_filter_kernel_cpu(const float*, const double*, float*, const AdaFilterParams&, int64_t, int64_t);
template void ada_filter_kernel_cpu(const double*, const double*, double*, const AdaFilterParams&, int64_t, int64_t);
template void ada_filter_backward_kernel_cpu(const float*, const double*, float*, const AdaFilterParams&, int64_t,
                                             int64_t);
template void ada_filter_backward_kernel_cpu(const double*, const double*, double*, const AdaFilterParams&, int64_t,
                                             int64_t);

}  // namespace centigan
