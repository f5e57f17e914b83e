// Where the grid points of a picture sample the doubled picture, and with which weights. For kernels.
#pragma once
#include "ada_geometry/ada_geometry_kernel.h"
#include "device/element.h"

namespace centigan::cuda {

// A position q of the doubled picture: the cell floor(q) and the fraction behind it.
template <class W>
struct Where {
  int32_t cell;
  W part;
};

__device__ inline double limited(double value, double limit) {
  return value > limit ? limit : value < -limit ? -limit : value;
}

// q = per_i i + per_j j + origin. In 32.32 bits: exact to 1e-6 pixels for any picture, and double arithmetic, which
// most GPUs do slowly, stays out of the loops. Limits keep numbers of absurd matrices representable.
template <class W>
struct Axis {
  int64_t per_i, per_j, origin;

  __device__ static int64_t fixed(double value, double limit) {
    return static_cast<int64_t>(limited(value, limit) * 4294967296.0);
  }
  __device__ void set(double i, double j, double q) {
    per_i = fixed(i, 65536), per_j = fixed(j, 65536), origin = fixed(q, 1 << 29);
  }
  __device__ __forceinline__ Where<W> at(int32_t i, int32_t j) const {
    const uint64_t q = static_cast<uint64_t>(per_i) * static_cast<uint64_t>(int64_t{i}) +
                       static_cast<uint64_t>(per_j) * static_cast<uint64_t>(int64_t{j}) + static_cast<uint64_t>(origin);
    return {static_cast<int32_t>(q >> 32), static_cast<W>(static_cast<uint32_t>(q)) * W(2.3283064365386963e-10)};
  }
};

template <>
struct Axis<double> {
  double per_i, per_j, origin;

  __device__ void set(double i, double j, double q) { per_i = i, per_j = j, origin = q; }
  __device__ __forceinline__ Where<double> at(int32_t i, int32_t j) const {
    const double q = limited(per_i * i + (per_j * j + origin), 1 << 29), cell = floor(q);
    return {static_cast<int32_t>(cell), q - cell};
  }
};

// One direction of the doubled picture: values that are made of pixels -before ... size + behind - 1, two of each.
struct Extent {
  int32_t size, before, behind;
  __device__ __forceinline__ bool holds(int32_t q) const { return q >= -2 * before && q < 2 * (size + behind); }
};

constexpr int kTapTable = 16;

// Everything that the threads of a block share about a picture; in shared memory.
template <class W>
struct Aim {
  Axis<W> x, y;
  Extent columns, rows;
  AdaSampling sampling;
  bool identity, usable;
  W taps[kTapTable];   // the filter, with two zeros on either side
  W twice[kTapTable];  // times 2: up-sampling

  __device__ void set(const double* g, const AdaMargins& margins, int64_t h, int64_t w) {
    identity = ada_geometry_is_identity(g);
    usable = true;
    for (int i = 0; i < 6; ++i) usable = usable && fabs(g[i]) <= 1e30;  // false for NaN
    sampling = ada_sampling(g, h, w);
    x.set(sampling.xx, sampling.xy, sampling.x0);
    y.set(sampling.yx, sampling.yy, sampling.y0);
    columns = {static_cast<int32_t>(w), static_cast<int32_t>(margins.left), static_cast<int32_t>(margins.right)};
    rows = {static_cast<int32_t>(h), static_cast<int32_t>(margins.top), static_cast<int32_t>(margins.bottom)};
    for (int k = 0; k < kTapTable; ++k) {
      const double tap = k < 2 || k >= kAdaTaps + 2 ? 0.0 : ada_geometry_tap(k - 2);
      taps[k] = static_cast<W>(tap), twice[k] = static_cast<W>(2 * tap);
    }
  }
};

// The shares of the values at `cell` and behind it in a sample; values outside count as zero.
template <class W>
__device__ __forceinline__ void shares_of(const Where<W>& where, const Extent& extent, W& here, W& behind) {
  here = extent.holds(where.cell) ? W(1) - where.part : W(0);
  behind = extent.holds(where.cell + 1) ? where.part : W(0);
}

// How much of padded pixel k is in a sample, for cells 2k - 6 ... 2k + 6; elsewhere nothing is.
template <class W>
__device__ __forceinline__ W weight_of(const W* twice, const Where<W>& where, const Extent& extent, int32_t k) {
  W here, behind;
  shares_of(where, extent, here, behind);
  const W* tap = twice + (2 + 5 + where.cell - 2 * k);
  return here * tap[0] + behind * tap[1];
}

}  // namespace centigan::cuda
