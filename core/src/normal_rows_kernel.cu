#include "device/walk.h"
#include "normal_math.h"
#include "normal_rows.h"
#include "threefry.h"

namespace centigan::cuda {
namespace {

__device__ __forceinline__ float normal_of(uint32_t bits) {
  return static_cast<float>(normal_quantile_at((bits + 0.5) * 0x1p-32));
}

// A thread two neighbours, rows along grid.y.
__global__ void __launch_bounds__(kThreads)
    normal_rows_values(const int64_t* seeds, uint32_t stream, int64_t count, int64_t width, float* out) {
  const int64_t first = 2 * (static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x);
  if (first >= width) return;
  for (int64_t row = blockIdx.y; row < count; row += gridDim.y) {
    const uint32_t counter = static_cast<uint32_t>(first) >> 1;
    const Threefry words = threefry(static_cast<uint64_t>(seeds[row]), stream_of(stream, first), counter);
    float* to = out + row * width + first;
    to[0] = normal_of(words.even);
    if (first + 1 < width) to[1] = normal_of(words.odd);
  }
}

}  // namespace

int launch_normal_rows(const int64_t* seeds, uint32_t stream, int64_t count, int64_t width, float* out, Stream queue) {
  const int64_t block = 2 * kThreads;
  const dim3 grid(static_cast<unsigned>((width + block - 1) / block), along_y(count));
  CENTIGAN_LAUNCH(normal_rows_values, grid, kThreads, 0, queue)(seeds, stream, count, width, out);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace centigan::cuda
