// Resampling. A block makes a tile of the output: it samples the grid points below it straight from the picture, which
// is reflected, doubled and interpolated by the indices alone, and halves them in shared memory.
#include "ada_geometry/ada_aim.h"
#include "ada_geometry/ada_geometry_cuda.h"
#include "device/walk.h"

namespace centigan::cuda {
namespace {

constexpr int kTileW = 32, kTileH = 16;
constexpr int kGridW = 2 * kTileW + kAdaSamples, kGridH = 2 * kTileH + kAdaSamples;
constexpr int kReach = 7;  // pixels that a sample is made of, in each direction

constexpr int kMarginThreads = 128;

__device__ void take_larger(AdaMargins& a, const AdaMargins& b) {
  a.left = a.left > b.left ? a.left : b.left, a.right = a.right > b.right ? a.right : b.right;
  a.top = a.top > b.top ? a.top : b.top, a.bottom = a.bottom > b.bottom ? a.bottom : b.bottom;
}

__global__ void __launch_bounds__(kMarginThreads)
    find_margins(PictureShape shape, const double* g_inv, AdaMargins* result) {
  CENTIGAN_SHARED(shared);
  auto* lanes = reinterpret_cast<AdaMargins*>(shared);
  AdaMargins margins;
  for (int64_t n = threadIdx.x; n < shape.n; n += kMarginThreads)
    grow_ada_margins(g_inv + 9 * n, shape.h, shape.w, margins);
  lanes[threadIdx.x] = margins;
  for (unsigned half = kMarginThreads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) take_larger(lanes[threadIdx.x], lanes[threadIdx.x + half]);
  }
  if (threadIdx.x == 0) *result = lanes[0];
}

// The pixels behind a sample in one direction.
template <class W>
struct Reach {
  W weight[kReach];
  int32_t index[kReach];
};

// False: there are none.
template <class W>
__device__ __forceinline__ bool set_reach(Reach<W>& reach, const W* twice, const Where<W>& where,
                                          const Extent& extent) {
  W here, behind;
  shares_of(where, extent, here, behind);
  if (here == 0 && behind == 0) return false;
  const int32_t odd = where.cell & 1, first = (where.cell >> 1) - 3 + odd;
#pragma unroll
  for (int a = 0; a < kReach; ++a) {
    const W* tap = twice + (2 + 11 - odd - 2 * a);
    const int32_t k = first + a;
    const bool held = k >= -extent.before && k < extent.size + extent.behind;
    reach.weight[a] = held ? here * tap[0] + behind * tap[1] : W(0);
    reach.index[a] = held ? static_cast<int32_t>(ada_reflected(k, extent.size)) : 0;
  }
  return true;
}

template <class T>
__device__ Wide<T> sample(const Aim<Wide<T>>& aim, const T* plane, const PictureView& x, int32_t i, int32_t j) {
  const Where<Wide<T>> at_x = aim.x.at(i, j), at_y = aim.y.at(i, j);
  Reach<Wide<T>> across, down;
  if (!set_reach(across, aim.twice, at_x, aim.columns) || !set_reach(down, aim.twice, at_y, aim.rows)) return 0;
  Wide<T> sum = 0;
#pragma unroll
  for (int b = 0; b < kReach; ++b) {
    const T* row = plane + down.index[b] * x.h;
    Wide<T> line = 0;
#pragma unroll
    for (int a = 0; a < kReach; ++a) line += across.weight[a] * widen(row[across.index[a] * x.w]);
    sum += down.weight[b] * line;
  }
  return sum;
}

template <class T>
struct Tile {
  Aim<Wide<T>> aim;
  Wide<T> samples[kGridH][kGridW], halves[kGridH][kTileW];
};

template <class T>
__device__ void sample_tile(Tile<T>& tile, const AdaGeometryCall& call, const T* plane, int32_t row, int32_t column) {
  const int32_t last_i = static_cast<int32_t>(2 * call.shape.w + 4),
                last_j = static_cast<int32_t>(2 * call.shape.h + 4);
  for (int32_t p = static_cast<int32_t>(threadIdx.x); p < kGridW * kGridH; p += kThreads) {
    const int32_t i = 2 * column - kAdaBefore + p % kGridW, j = 2 * row - kAdaBefore + p / kGridW;
    tile.samples[p / kGridW][p % kGridW] =
        tile.aim.usable && i <= last_i && j <= last_j ? sample(tile.aim, plane, call.x, i, j) : Wide<T>(0);
  }
  __syncthreads();
  for (int32_t p = static_cast<int32_t>(threadIdx.x); p < kGridH * kTileW; p += kThreads) {
    const Wide<T>* from = &tile.samples[p / kTileW][2 * (p % kTileW)];
    Wide<T> sum = 0;
#pragma unroll
    for (int k = 0; k < kAdaTaps; ++k) sum += tile.aim.taps[k + 2] * from[k];
    tile.halves[p / kTileW][p % kTileW] = sum;
  }
  __syncthreads();
}

template <class T>
__global__ void __launch_bounds__(kThreads) resample(AdaGeometryCall call, const AdaMargins* margins) {
  CENTIGAN_SHARED(shared);
  auto& tile = *reinterpret_cast<Tile<T>*>(shared);
  const PictureShape& shape = call.shape;
  const int32_t across = static_cast<int32_t>((shape.w + kTileW - 1) / kTileW);
  const int32_t row = static_cast<int32_t>(blockIdx.x) / across * kTileH;
  const int32_t column = static_cast<int32_t>(blockIdx.x) % across * kTileW;
  for (int64_t plane = blockIdx.y; plane < shape.n * shape.c; plane += gridDim.y) {
    const int64_t n = plane / shape.c, c = plane % shape.c;
    __syncthreads();
    if (threadIdx.x == 0) tile.aim.set(call.g_inv + 9 * n, *margins, shape.h, shape.w);
    __syncthreads();
    if (!tile.aim.identity) sample_tile(tile, call, at<const T>(call.x, n, c, 0, 0), row, column);
    for (int32_t p = static_cast<int32_t>(threadIdx.x); p < kTileH * kTileW; p += kThreads) {
      const int32_t r = p / kTileW, o = p % kTileW;
      if (row + r >= shape.h || column + o >= shape.w) continue;
      T* out = at<T>(call.y, n, c, row + r, column + o);
      if (tile.aim.identity) {
        *out = *at<const T>(call.x, n, c, row + r, column + o);
        continue;
      }
      Wide<T> sum = 0;
#pragma unroll
      for (int k = 0; k < kAdaTaps; ++k) sum += tile.aim.taps[k + 2] * tile.halves[2 * r + k][o];
      *out = narrow<T>(sum);
    }
  }
}

}  // namespace

int launch_ada_margins(const AdaGeometryCall& call, AdaMargins* margins, Stream stream) {
  CENTIGAN_LAUNCH(find_margins, 1, kMarginThreads, kMarginThreads * sizeof(AdaMargins), stream)
  (call.shape, call.g_inv, margins);
  return static_cast<int>(cudaGetLastError());
}

int launch_ada_geometry(const AdaGeometryCall& call, Stream stream) {
  auto* margins = static_cast<AdaMargins*>(call.scratch);
  const int status = launch_ada_margins(call, margins, stream);
  if (status != 0) return status;
  const int64_t tiles = ((call.shape.w + kTileW - 1) / kTileW) * ((call.shape.h + kTileH - 1) / kTileH);
  const int64_t planes = call.shape.n * call.shape.c;
  const dim3 grid(static_cast<unsigned>(tiles), along_y(planes));
  return with_element(call.element, [&](auto zero) {
    using T = decltype(zero);
    CENTIGAN_LAUNCH((resample<T>), grid, kThreads, sizeof(Tile<T>), stream)(call, margins);
    return static_cast<int>(cudaGetLastError());
  });
}

}  // namespace centigan::cuda
