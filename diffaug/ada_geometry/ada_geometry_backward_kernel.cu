// The adjoint, gathered: a thread a pixel adds up, always in the same order, what the grid points near it give back.
// The gradients of the grid points are made first and kept for some pictures at a time.
#include "ada_geometry/ada_aim.h"
#include "ada_geometry/ada_geometry_cuda.h"
#include "device/walk.h"

namespace centigan::cuda {
namespace {

constexpr int kGroup = 4;  // channels that a thread takes at once

// A part of the batch.
struct Part {
  AdaGeometryCall call;
  int64_t first, count;  // pictures
  int64_t grid_w, grid_h;
  void* samples;  // [count, C, grid_h, grid_w] of the wide type
};

// The transpose of halving.
template <class T>
__global__ void __launch_bounds__(kThreads) spread(Part part) {
  CENTIGAN_SHARED(shared);
  auto* taps = reinterpret_cast<Wide<T>*>(shared);
  if (threadIdx.x < kAdaTaps) taps[threadIdx.x] = static_cast<Wide<T>>(ada_geometry_tap(static_cast<int>(threadIdx.x)));
  __syncthreads();
  const PictureShape& shape = part.call.shape;
  const Walk walk = {shape, part.grid_w, part.grid_w * part.grid_h};
  const Place place = place_of(walk, 1);
  if (!place.inside) return;
  for (int64_t plane = blockIdx.y; plane < part.count * shape.c; plane += gridDim.y) {
    const int64_t n = part.first + plane / shape.c, c = plane % shape.c;
    Wide<T> sum = 0;
    for (int b = 0; b < kAdaTaps / 2; ++b) {
      const int64_t row = place.row / 2 - b;
      if (row < 0 || row >= shape.h) continue;
      Wide<T> line = 0;
      for (int a = 0; a < kAdaTaps / 2; ++a) {
        const int64_t column = place.column / 2 - a;
        if (column < 0 || column >= shape.w) continue;
        line += taps[place.column % 2 + 2 * a] * widen(*at<const T>(part.call.x, n, c, row, column));
      }
      sum += taps[place.row % 2 + 2 * b] * line;
    }
    static_cast<Wide<T>*>(part.samples)[plane * walk.segments + place.row * part.grid_w + place.column] = sum;
  }
}

struct Range {
  int32_t first, last;
};

__device__ __forceinline__ int32_t to_grid(double value, int32_t last) {
  return value < -kAdaBefore ? -kAdaBefore : value > last ? last : static_cast<int32_t>(value);
}

// Rows of the grid that may sample near (x, y) of the doubled picture: the middle, a half-width of 6.5 around it.
__device__ Range rows_near(const AdaSampling& s, double x, double y, int32_t last) {
  const double det = s.xx * s.yy - s.xy * s.yx;
  const double middle = (s.xx * (y - s.y0) - s.yx * (x - s.x0)) / det;
  const double half = 6.5 * (fabs(s.xx) + fabs(s.yx)) / fabs(det) + 1;
  if (!(fabs(middle) < 1e8 && half < 1e8)) return {-kAdaBefore, last};  // nearly singular, or NaN
  if (middle + half < -kAdaBefore || middle - half > last) return {1, 0};
  return {to_grid(middle - half, last), to_grid(middle + half + 1, last)};
}

// Cuts `range` to the i with |per_i i + base| < 6.5, and some more.
template <class W>
__device__ __forceinline__ void cut_range(Range& range, W per_i, W base) {
  const W size = per_i < 0 ? -per_i : per_i, limit = W(6.5) + size;
  if (size < W(1e-6)) {
    if (!(base < W(6.6) && base > W(-6.6))) range.last = range.first - 1;
    return;
  }
  const W middle = -base / per_i, half = limit / size;
  if (middle - half > static_cast<W>(range.first))
    range.first =
        middle - half < static_cast<W>(range.last + 1) ? static_cast<int32_t>(floor(middle - half)) : range.last + 1;
  if (middle + half < static_cast<W>(range.last))
    range.last =
        middle + half > static_cast<W>(range.first - 1) ? static_cast<int32_t>(ceil(middle + half)) : range.first - 1;
}

// A thread's pixel and what it has collected.
template <class W>
struct Collector {
  const Aim<W>& aim;
  const W* samples;  // of the first channel of the group
  int64_t grid_w, plane;
  int channels;
  W sum[kGroup] = {};

  __device__ __forceinline__ void take(int32_t i, int32_t j, int32_t kx, int32_t ky) {
    const Where<W> x = aim.x.at(i, j), y = aim.y.at(i, j);
    if (static_cast<uint32_t>(x.cell - 2 * kx + 6) > 12 || static_cast<uint32_t>(y.cell - 2 * ky + 6) > 12) return;
    const W weight = weight_of(aim.twice, x, aim.columns, kx) * weight_of(aim.twice, y, aim.rows, ky);
    const W* sample = samples + (j + kAdaBefore) * grid_w + (i + kAdaBefore);
#pragma unroll
    for (int c = 0; c < kGroup; ++c)
      if (c < channels) sum[c] += weight * sample[c * plane];
  }

  // From all grid points that see pixel (ky, kx) of the padded picture.
  __device__ void collect(int32_t kx, int32_t ky, int32_t last_i, int32_t last_j) {
    const AdaSampling& s = aim.sampling;
    const double x = 2.0 * kx + 0.5, y = 2.0 * ky + 0.5;
    const Range rows = rows_near(s, x, y, last_j);
    for (int32_t j = rows.first; j <= rows.last; ++j) {
      Range range = {-kAdaBefore, last_i};
      cut_range(range, static_cast<W>(s.xx), static_cast<W>(s.xy) * j + static_cast<W>(s.x0 - x));
      cut_range(range, static_cast<W>(s.yx), static_cast<W>(s.yy) * j + static_cast<W>(s.y0 - y));
      for (int32_t i = range.first; i <= range.last; ++i) take(i, j, kx, ky);
    }
  }
};

// The places of pixel k in the padded picture: itself, before the first, behind the last. How many.
__device__ __forceinline__ int images_of(int32_t k, const Extent& extent, int32_t* images) {
  int count = 0;
  images[count++] = k;
  if (k > 0 && k <= extent.before) images[count++] = -k;
  if (k < extent.size - 1 && extent.size - 2 - k < extent.behind) images[count++] = 2 * (extent.size - 1) - k;
  return count;
}

template <class T>
__global__ void __launch_bounds__(kThreads) fold(Part part, const AdaMargins* margins) {
  CENTIGAN_SHARED(shared);
  auto& aim = *reinterpret_cast<Aim<Wide<T>>*>(shared);
  const PictureShape& shape = part.call.shape;
  const Place place = place_of({shape, shape.w, shape.h * shape.w}, 1);
  const int64_t groups = (shape.c + kGroup - 1) / kGroup, plane = part.grid_w * part.grid_h;
  for (int64_t g = blockIdx.y; g < part.count * groups; g += gridDim.y) {
    const int64_t n = g / groups, first = g % groups * kGroup;
    __syncthreads();
    if (threadIdx.x == 0) aim.set(part.call.g_inv + 9 * (part.first + n), *margins, shape.h, shape.w);
    __syncthreads();
    if (!place.inside) continue;
    const int channels = static_cast<int>(shape.c - first < kGroup ? shape.c - first : kGroup);
    const auto* samples = static_cast<const Wide<T>*>(part.samples) + (n * shape.c + first) * plane;
    Collector<Wide<T>> collector{aim, samples, part.grid_w, plane, channels};
    int32_t columns[3], rows[3];
    const int across = images_of(static_cast<int32_t>(place.column), aim.columns, columns);
    const int down = images_of(static_cast<int32_t>(place.row), aim.rows, rows);
    if (!aim.identity && aim.usable)
      for (int b = 0; b < down; ++b)
        for (int a = 0; a < across; ++a)
          collector.collect(columns[a], rows[b], static_cast<int32_t>(part.grid_w) - kAdaBefore - 1,
                            static_cast<int32_t>(part.grid_h) - kAdaBefore - 1);
#pragma unroll
    for (int c = 0; c < kGroup; ++c)
      if (c < channels)
        *at<T>(part.call.y, part.first + n, first + c, place.row, place.column) =
            aim.identity ? *at<const T>(part.call.x, part.first + n, first + c, place.row, place.column)
                         : narrow<T>(collector.sum[c]);
  }
}

int64_t picture_bytes(const AdaGeometryCall& call) {
  const int64_t wide = call.element == Element::kDouble ? 8 : 4;
  return call.shape.c * (2 * call.shape.w + kAdaSamples) * (2 * call.shape.h + kAdaSamples) * wide;
}

int64_t pictures_at_once(const AdaGeometryCall& call) {
  const int64_t fit = call.part_bytes / picture_bytes(call);
  return fit < 1 ? 1 : fit < call.shape.n ? fit : call.shape.n;
}

template <class T>
int launch_part(const Part& part, const AdaMargins* margins, Stream stream) {
  const PictureShape& shape = part.call.shape;
  const int64_t points = part.grid_w * part.grid_h, groups = (shape.c + kGroup - 1) / kGroup;
  const dim3 spread_grid(static_cast<unsigned>((points + kThreads - 1) / kThreads), along_y(part.count * shape.c));
  CENTIGAN_LAUNCH((spread<T>), spread_grid, kThreads, kAdaTaps * sizeof(double), stream)(part);
  const int status = static_cast<int>(cudaGetLastError());
  if (status != 0) return status;
  const dim3 fold_grid(static_cast<unsigned>((shape.h * shape.w + kThreads - 1) / kThreads),
                       along_y(part.count * groups));
  CENTIGAN_LAUNCH((fold<T>), fold_grid, kThreads, sizeof(Aim<double>), stream)(part, margins);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace

int64_t ada_geometry_scratch_bytes(const AdaGeometryCall& call, bool adjoint) {
  const int64_t margins = sizeof(AdaMargins);
  return adjoint ? margins + pictures_at_once(call) * picture_bytes(call) : margins;
}

int launch_ada_geometry_backward(const AdaGeometryCall& call, Stream stream) {
  auto* margins = static_cast<AdaMargins*>(call.scratch);
  int status = launch_ada_margins(call, margins, stream);
  const int64_t at_once = pictures_at_once(call);
  Part part = {call, 0, 0, 2 * call.shape.w + kAdaSamples, 2 * call.shape.h + kAdaSamples, margins + 1};
  for (; part.first < call.shape.n && status == 0; part.first += at_once) {
    part.count = call.shape.n - part.first < at_once ? call.shape.n - part.first : at_once;
    status = with_element(call.element, [&](auto zero) { return launch_part<decltype(zero)>(part, margins, stream); });
  }
  return status;
}

}  // namespace centigan::cuda
