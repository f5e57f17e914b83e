#include "ada_geometry/ada_geometry_kernel.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "ada_geometry/ada_window.h"
#include "common/planes.h"
#include "common/row_sums.h"

namespace centigan {
namespace {

constexpr int kHalf = kAdaTaps / 2;

template <class T>
CENTIGAN_ALWAYS_INLINE void locate_any(const AdaSampling& s, const AdaWindow& x, const AdaWindow& y, int64_t j,
                                       int64_t count, int32_t* __restrict at_x, int32_t* __restrict at_y,
                                       T* __restrict part_x, T* __restrict part_y) {
  const double row_x = s.xy * static_cast<double>(j) + s.x0 - static_cast<double>(x.first - 1);
  const double row_y = s.yy * static_cast<double>(j) + s.y0 - static_cast<double>(y.first - 1);
  const double last_x = static_cast<double>(x.size + 1), last_y = static_cast<double>(y.size + 1);
  for (int32_t i = 0; i < static_cast<int32_t>(count); ++i) {
    double qx = s.xx * (i - kAdaBefore) + row_x, qy = s.yx * (i - kAdaBefore) + row_y;
    qx = qx > 0 ? qx : 0, qy = qy > 0 ? qy : 0;  // NaN becomes 0
    qx = qx < last_x ? qx : last_x, qy = qy < last_y ? qy : last_y;
    const int32_t ix = static_cast<int32_t>(qx), iy = static_cast<int32_t>(qy);
    at_x[i] = ix, part_x[i] = static_cast<T>(qx - ix);
    at_y[i] = iy, part_y[i] = static_cast<T>(qy - iy);
  }
}

// Where row j of the grid samples: cells and fractions, within the window and its border of zeros.
CENTIGAN_CLONES void locate(const AdaSampling& s, const AdaWindow& x, const AdaWindow& y, int64_t j, int64_t count,
                            int32_t* at_x, int32_t* at_y, float* part_x, float* part_y) {
  locate_any(s, x, y, j, count, at_x, at_y, part_x, part_y);
}
CENTIGAN_CLONES void locate(const AdaSampling& s, const AdaWindow& x, const AdaWindow& y, int64_t j, int64_t count,
                            int32_t* at_x, int32_t* at_y, double* part_x, double* part_y) {
  locate_any(s, x, y, j, count, at_x, at_y, part_x, part_y);
}

template <class T>
CENTIGAN_ALWAYS_INLINE void gather_any(const T* __restrict plane, int64_t stride, const int32_t* __restrict at_x,
                                       const int32_t* __restrict at_y, const T* __restrict part_x,
                                       const T* __restrict part_y, T* __restrict out, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const T* cell = plane + at_y[i] * stride + at_x[i];
    const T above = cell[0] + part_x[i] * (cell[1] - cell[0]);
    const T below = cell[stride] + part_x[i] * (cell[stride + 1] - cell[stride]);
    out[i] = above + part_y[i] * (below - above);
  }
}

CENTIGAN_CLONES void gather(const float* plane, int64_t stride, const int32_t* at_x, const int32_t* at_y,
                            const float* part_x, const float* part_y, float* out, int64_t count) {
  gather_any(plane, stride, at_x, at_y, part_x, part_y, out, count);
}
CENTIGAN_CLONES void gather(const double* plane, int64_t stride, const int32_t* at_x, const int32_t* at_y,
                            const double* part_x, const double* part_y, double* out, int64_t count) {
  gather_any(plane, stride, at_x, at_y, part_x, part_y, out, count);
}

// The transpose of gather. Serial: two points may fall into one cell.
template <class T>
void splat(T* plane, int64_t stride, const int32_t* at_x, const int32_t* at_y, const T* part_x, const T* part_y,
           const T* in, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    T* cell = plane + at_y[i] * stride + at_x[i];
    const T below = part_y[i] * in[i], above = in[i] - below;
    const T above_right = part_x[i] * above, below_right = part_x[i] * below;
    cell[0] += above - above_right;
    cell[1] += above_right;
    cell[stride] += below - below_right;
    cell[stride + 1] += below_right;
  }
}

// Works on planes of one size; memory is kept from one to the next.
template <class T>
class Resampler {
 public:
  explicit Resampler(const AdaGeometryParams& p);
  void forward(const T* x, const double* g, T* y);
  void adjoint(const T* grad, const double* g, T* out);

 private:
  void aim(const double* g);
  T* cell(int64_t row) {
    return plane_.data() + (row + 1) * stride_ + 1;
  }  // row of the window; -1, size, size + 1: border
  const T* held(int64_t row) { return row < 0 || row >= y_.size ? zeros_.data() : cell(row); }
  void fill(const T* x);
  void fill_row(const T* x, T* out);
  void fold(T* out);
  void fold_row(const T* in, T* out);
  void halve(T* y);
  void locate_row(int64_t j);
  bool in_margins(int64_t k) const { return k >= -p_.margins.top && k < p_.h + p_.margins.bottom; }

  const AdaGeometryParams p_;
  const int64_t grid_w_, grid_h_;
  T taps_[kAdaTaps], twice_[kAdaTaps], even_taps_[kHalf], odd_taps_[kHalf];  // the last two: up-sampling by 2
  AdaSampling sampling_{};
  AdaWindow x_{}, y_{};
  int64_t stride_ = 0;
  std::vector<T> plane_, rows_, zeros_, line_, even_, odd_, samples_, part_x_, part_y_;
  std::vector<int32_t> at_x_, at_y_;
  std::vector<char> used_;
};

template <class T>
Resampler<T>::Resampler(const AdaGeometryParams& p)
    : p_(p), grid_w_(2 * p.w + kAdaSamples), grid_h_(2 * p.h + kAdaSamples) {
  for (int k = 0; k < kAdaTaps; ++k) {
    const double tap = ada_geometry_tap(k);
    taps_[k] = static_cast<T>(tap), twice_[k] = static_cast<T>(2 * tap);
  }
  for (int a = 0; a < kHalf; ++a) even_taps_[a] = twice_[11 - 2 * a], odd_taps_[a] = twice_[10 - 2 * a];
  const size_t row = static_cast<size_t>(grid_w_);
  samples_.resize(row), part_x_.resize(row), part_y_.resize(row), at_x_.resize(row), at_y_.resize(row);
}

// Prepares for one picture: which part of the doubled picture its samples need.
template <class T>
void Resampler<T>::aim(const double* g) {
  sampling_ = ada_sampling(g, p_.h, p_.w);
  x_ = ada_window(sampling_.xx, sampling_.xy, sampling_.x0, p_, -2 * p_.margins.left, 2 * (p_.w + p_.margins.right));
  y_ = ada_window(sampling_.yx, sampling_.yy, sampling_.y0, p_, -2 * p_.margins.top, 2 * (p_.h + p_.margins.bottom));
  stride_ = x_.size + 3;
  plane_.assign(static_cast<size_t>(stride_ * (y_.size + 3)), T(0));
  const size_t longest = static_cast<size_t>(std::max(stride_, 2 * p_.w) + 4 * kAdaTaps);
  zeros_.assign(longest, T(0)), line_.assign(longest, T(0)), even_.assign(longest, T(0)), odd_.assign(longest, T(0));
  used_.assign(static_cast<size_t>(p_.h), 0);
  for (int64_t k = y_.first / 2 - 3; k <= (y_.first + y_.size) / 2 + 2; ++k)
    if (y_.size > 0 && in_margins(k)) used_[static_cast<size_t>(ada_reflected(k, p_.h))] = 1;
  rows_.resize(static_cast<size_t>(p_.h * x_.size));
}

// One row, padded and doubled in width.
template <class T>
void Resampler<T>::fill_row(const T* x, T* out) {
  const int64_t pairs = x_.size / 2, first = x_.first / 2 - 3;
  for (int64_t i = 0; i < pairs + kHalf; ++i) {
    const int64_t k = first + i;
    line_[static_cast<size_t>(i)] =
        k < -p_.margins.left || k >= p_.w + p_.margins.right ? T(0) : x[ada_reflected(k, p_.w)];
  }
  const T* shifted[kHalf + 1];
  for (int a = 0; a <= kHalf; ++a) shifted[a] = line_.data() + a;
  sum_rows(shifted, even_taps_, kHalf, even_.data(), pairs);
  sum_rows(shifted + 1, odd_taps_, kHalf, odd_.data(), pairs);
  interleave(even_.data(), odd_.data(), out, pairs);
}

// The doubled picture, as far as the window shows it.
template <class T>
void Resampler<T>::fill(const T* x) {
  for (int64_t r = 0; r < p_.h; ++r)
    if (used_[static_cast<size_t>(r)]) fill_row(x + r * p_.w, rows_.data() + r * x_.size);
  for (int64_t pair = 0; pair < y_.size / 2; ++pair) {
    const T* rows[kHalf + 1];
    for (int a = 0; a <= kHalf; ++a) {
      const int64_t k = y_.first / 2 + pair - 3 + a;
      rows[a] = in_margins(k) ? rows_.data() + ada_reflected(k, p_.h) * x_.size : zeros_.data();
    }
    sum_rows(rows, even_taps_, kHalf, cell(2 * pair), x_.size);
    sum_rows(rows + 1, odd_taps_, kHalf, cell(2 * pair + 1), x_.size);
  }
}

template <class T>
void Resampler<T>::locate_row(int64_t j) {
  locate(sampling_, x_, y_, j - kAdaBefore, grid_w_, at_x_.data(), at_y_.data(), part_x_.data(), part_y_.data());
}

// Samples row by row and halves. A ring holds the last 12 rows of samples at half width.
template <class T>
void Resampler<T>::halve(T* y) {
  std::vector<T> ring(static_cast<size_t>(kAdaTaps * p_.w));
  const int64_t half = grid_w_ / 2;
  for (int64_t j = 0; j < grid_h_; ++j) {
    locate_row(j);
    gather(plane_.data(), stride_, at_x_.data(), at_y_.data(), part_x_.data(), part_y_.data(), samples_.data(),
           grid_w_);
    deinterleave(samples_.data(), even_.data(), odd_.data(), half);
    const T* rows[kAdaTaps];
    for (int k = 0; k < kAdaTaps; ++k) rows[k] = (k % 2 ? odd_.data() : even_.data()) + k / 2;
    sum_rows(rows, taps_, kAdaTaps, ring.data() + j % kAdaTaps * p_.w, p_.w);
    if (j % 2 == 0 || j < kAdaTaps - 1) continue;
    const int64_t o = (j - (kAdaTaps - 1)) / 2;
    for (int k = 0; k < kAdaTaps; ++k) rows[k] = ring.data() + (2 * o + k) % kAdaTaps * p_.w;
    sum_rows(rows, taps_, kAdaTaps, y + o * p_.w, p_.w);
  }
}

template <class T>
void Resampler<T>::forward(const T* x, const double* g, T* y) {
  aim(g);
  fill(x);
  halve(y);
}

// The transpose of fill_row, added to out.
template <class T>
void Resampler<T>::fold_row(const T* in, T* out) {
  const int64_t pairs = x_.size / 2, first = x_.first / 2 - 3, count = pairs + kHalf;
  std::fill(even_.begin(), even_.end(), T(0)), std::fill(odd_.begin(), odd_.end(), T(0));
  deinterleave(in, even_.data() + kHalf, odd_.data() + kHalf, pairs);
  const T* rows[kAdaTaps];  // tap k of line i reads position 2i + k - 11 of `in`
  for (int k = 0; k < kAdaTaps; ++k) rows[k] = k % 2 ? even_.data() + k / 2 + 1 : odd_.data() + k / 2;
  sum_rows(rows, twice_, kAdaTaps, line_.data(), count);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t k = first + i;
    if (k >= -p_.margins.left && k < p_.w + p_.margins.right)
      out[ada_reflected(k, p_.w)] += line_[static_cast<size_t>(i)];
  }
}

// The transpose of fill.
template <class T>
void Resampler<T>::fold(T* out) {
  std::fill(rows_.begin(), rows_.end(), T(0));
  std::vector<T> sum(static_cast<size_t>(x_.size));
  for (int64_t i = 0; i < y_.size / 2 + kHalf; ++i) {
    const int64_t k = y_.first / 2 - 3 + i;
    if (y_.size == 0 || !in_margins(k)) continue;
    const T* rows[kAdaTaps];
    for (int t = 0; t < kAdaTaps; ++t) rows[t] = held(2 * i + t - (kAdaTaps - 1));
    sum_rows(rows, twice_, kAdaTaps, sum.data(), x_.size);
    T* row = rows_.data() + ada_reflected(k, p_.h) * x_.size;
    for (int64_t q = 0; q < x_.size; ++q) row[q] += sum[static_cast<size_t>(q)];
  }
  for (int64_t r = 0; r < p_.h; ++r)
    if (used_[static_cast<size_t>(r)]) fold_row(rows_.data() + r * x_.size, out + r * p_.w);
}

template <class T>
void Resampler<T>::adjoint(const T* grad, const double* g, T* out) {
  aim(g);
  std::memset(out, 0, static_cast<size_t>(p_.h * p_.w) * sizeof(T));
  std::vector<T> widened(static_cast<size_t>(p_.w + 2 * kHalf));  // zeros on both sides
  const T* nothing = zeros_.data();
  for (int64_t j = 0; j < grid_h_; ++j) {
    const T *rows[kHalf], *columns[kHalf];
    T weights[2][kHalf];
    for (int a = 0; a < kHalf; ++a) {
      const int64_t o = j / 2 - a;
      rows[a] = o < 0 || o >= p_.h ? nothing : grad + o * p_.w;
      columns[a] = widened.data() + kHalf - 1 - a;
      weights[0][a] = taps_[2 * a], weights[1][a] = taps_[2 * a + 1];
    }
    sum_rows(rows, weights[j % 2], kHalf, widened.data() + kHalf - 1, p_.w);
    sum_rows(columns, weights[0], kHalf, even_.data(), grid_w_ / 2);
    sum_rows(columns, weights[1], kHalf, odd_.data(), grid_w_ / 2);
    interleave(even_.data(), odd_.data(), samples_.data(), grid_w_ / 2);
    locate_row(j);
    splat(plane_.data(), stride_, at_x_.data(), at_y_.data(), part_x_.data(), part_y_.data(), samples_.data(), grid_w_);
  }
  fold(out);
}

}  // namespace

template <class T>
void ada_geometry_kernel_cpu(const T* x, const double* g_inv, T* y, const AdaGeometryParams& p, int64_t begin,
                             int64_t end) {
  Resampler<T> resampler(p);
  map_planes({begin, end, p.h * p.w, p.channels}, x, g_inv, 9, ada_geometry_is_identity, y,
             [&](const T* from, const double* own, T* to) { resampler.forward(from, own, to); });
}

template <class T>
void ada_geometry_backward_kernel_cpu(const T* grad, const double* g_inv, T* out, const AdaGeometryParams& p,
                                      int64_t begin, int64_t end) {
  Resampler<T> resampler(p);
  map_planes({begin, end, p.h * p.w, p.channels}, grad, g_inv, 9, ada_geometry_is_identity, out,
             [&](const T* from, const double* own, T* to) { resampler.adjoint(from, own, to); });
}

template void ada_geometry_kernel_cpu(const float*, const double*, float*, const AdaGeometryParams&, int64_t, int64_t);
template void ada_geometry_kernel_cpu(const double*, const double*, double*, const AdaGeometryParams&, int64_t,
                                      int64_t);
template void ada_geometry_backward_kernel_cpu(const float*, const double*, float*, const AdaGeometryParams&, int64_t,
                                               int64_t);
template void ada_geometry_backward_kernel_cpu(const double*, const double*, double*, const AdaGeometryParams&, int64_t,
                                               int64_t);

}  // namespace centigan
