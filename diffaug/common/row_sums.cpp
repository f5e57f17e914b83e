#include "common/row_sums.h"

#include "common/host_device.h"

namespace centigan {
namespace {

// Fixed counts are unrolled, so that the loop over i is the one that is vectorised.
template <int kCount, bool kAdd, class T>
CENTIGAN_ALWAYS_INLINE void sum_fixed(const T* const* rows, const T* weights, T* __restrict out, int64_t n) {
  const T* row[kCount];
  T weight[kCount];
  for (int k = 0; k < kCount; ++k) row[k] = rows[k], weight[k] = weights[k];
  for (int64_t i = 0; i < n; ++i) {
    T sum = kAdd ? out[i] + weight[0] * row[0][i] : weight[0] * row[0][i];
    for (int k = 1; k < kCount; ++k) sum += weight[k] * row[k][i];
    out[i] = sum;
  }
}

template <class T>
CENTIGAN_ALWAYS_INLINE void sum_any(const T* const* rows, const T* weights, int count, T* out, int64_t n) {
  if (count == 6) return sum_fixed<6, false>(rows, weights, out, n);
  if (count == 12) return sum_fixed<12, false>(rows, weights, out, n);
  sum_fixed<1, false>(rows, weights, out, n);
  int k = 1;
  for (; k + 6 <= count; k += 6) sum_fixed<6, true>(rows + k, weights + k, out, n);
  for (; k < count; ++k) sum_fixed<1, true>(rows + k, weights + k, out, n);
}

template <class T>
CENTIGAN_ALWAYS_INLINE void interleave_any(const T* __restrict even, const T* __restrict odd, T* __restrict out,
                                           int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[2 * i] = even[i], out[2 * i + 1] = odd[i];
}

template <class T>
CENTIGAN_ALWAYS_INLINE void deinterleave_any(const T* __restrict in, T* __restrict even, T* __restrict odd, int64_t n) {
  for (int64_t i = 0; i < n; ++i) even[i] = in[2 * i], odd[i] = in[2 * i + 1];
}

}  // namespace

CENTIGAN_CLONES void sum_rows(const float* const* rows, const float* weights, int count, float* out, int64_t n) {
  sum_any(rows, weights, count, out, n);
}
CENTIGAN_CLONES void sum_rows(const double* const* rows, const double* weights, int count, double* out, int64_t n) {
  sum_any(rows, weights, count, out, n);
}

CENTIGAN_CLONES void interleave(const float* even, const float* odd, float* out, int64_t n) {
  interleave_any(even, odd, out, n);
}
CENTIGAN_CLONES void interleave(const double* even, const double* odd, double* out, int64_t n) {
  interleave_any(even, odd, out, n);
}
CENTIGAN_CLONES void deinterleave(const float* in, float* even, float* odd, int64_t n) {
  deinterleave_any(in, even, odd, n);
}
CENTIGAN_CLONES void deinterleave(const double* in, double* even, double* odd, int64_t n) {
  deinterleave_any(in, even, odd, n);
}

}  // namespace centigan
