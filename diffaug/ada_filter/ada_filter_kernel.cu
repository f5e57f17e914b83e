#include "ada_filter/ada_filter_cuda.h"
#include "ada_filter/ada_filter_kernel.h"
#include "device/walk.h"

namespace centigan::cuda {
namespace {

// One direction of a plane: positions 0 ... count - 1, `stride` elements apart.
template <class In>
struct Line {
  const In* data;
  int64_t stride, count;
  __device__ __forceinline__ Wide<In> operator[](int64_t i) const { return widen(data[i * stride]); }
};

template <class In>
__device__ Wide<In> filtered(const Line<In>& line, const Wide<In>* taps, int64_t to) {
  Wide<In> sum = 0;
  if (to >= kAdaFilterPad && to + kAdaFilterPad < line.count) {
    for (int k = 0; k < kAdaFilterTaps; ++k) sum += taps[k] * line[to + k - kAdaFilterPad];
    return sum;
  }
  for (int k = 0; k < kAdaFilterTaps; ++k)
    sum += taps[k] * line[ada_reflected_always(to + k - kAdaFilterPad, line.count)];
  return sum;
}

// What the continued picture at position `at` gives back.
template <class In>
__device__ Wide<In> given_back(const Line<In>& line, const Wide<In>* taps, int64_t at) {
  Wide<In> sum = 0;
  for (int k = 0; k < kAdaFilterTaps; ++k) {
    const int64_t from = at + kAdaFilterPad - k;
    if (from >= 0 && from < line.count) sum += taps[k] * line[from];
  }
  return sum;
}

// All positions that show pixel `to`: to and its mirror image, a period apart, in ascending order.
template <class In>
__device__ Wide<In> filtered_adjoint(const Line<In>& line, const Wide<In>* taps, int64_t to) {
  const int64_t period = line.count > 1 ? 2 * (line.count - 1) : 1;
  const bool mirrored = to != 0 && to != line.count - 1;
  const int64_t rounds = kAdaFilterPad / period + 1;
  Wide<In> sum = 0;
  for (int64_t round = -rounds; round <= rounds; ++round) {
    const int64_t image = round * period - to, itself = round * period + to;
    if (mirrored && image >= -kAdaFilterPad && image < line.count + kAdaFilterPad) sum += given_back(line, taps, image);
    if (itself >= -kAdaFilterPad && itself < line.count + kAdaFilterPad) sum += given_back(line, taps, itself);
  }
  return sum;
}

struct Pass {
  PictureShape shape;
  PictureView from, to;
  bool along_rows, adjoint;
};

// One direction; a thread a value, planes along grid.y. In and Out: the pictures' type and the wide one.
template <class In, class Out>
__global__ void __launch_bounds__(kThreads) filter_pass(Pass pass, AdaFilterBank bank, const double* gains) {
  CENTIGAN_SHARED(shared);
  auto* taps = reinterpret_cast<Wide<In>*>(shared);
  const Walk walk = {pass.shape, pass.shape.w, pass.shape.h * pass.shape.w};
  const Place place = place_of(walk, 1);
  for (int64_t plane = blockIdx.y; plane < pass.shape.n * pass.shape.c; plane += gridDim.y) {
    const int64_t n = plane / pass.shape.c, c = plane % pass.shape.c;
    __syncthreads();
    if (threadIdx.x < kAdaFilterTaps) {
      double sum = 0;
      for (int band = 0; band < kAdaBands; ++band) sum += gains[n * kAdaBands + band] * bank.taps[band][threadIdx.x];
      taps[threadIdx.x] = static_cast<Wide<In>>(sum);
    }
    __syncthreads();
    if (!place.inside) continue;
    const bool rows = pass.along_rows;
    const Line<In> line = {at<const In>(pass.from, n, c, rows ? place.row : 0, rows ? 0 : place.column),
                           rows ? pass.from.w : pass.from.h, rows ? pass.shape.w : pass.shape.h};
    const int64_t to = rows ? place.column : place.row;
    Out* out = at<Out>(pass.to, n, c, place.row, place.column);
    if (ada_filter_is_identity(gains + n * kAdaBands))
      *out = narrow<Out>(line[to]);
    else
      *out = narrow<Out>(pass.adjoint ? filtered_adjoint(line, taps, to) : filtered(line, taps, to));
  }
}

template <class In, class Out>
int launch_pass(const Pass& pass, const double* gains, Stream stream) {
  static const AdaFilterBank bank = make_ada_filter_bank();
  const Walk walk = walk_of(pass.shape, 1);
  const int64_t planes = pass.shape.n * pass.shape.c;
  const dim3 grid(grid_of(walk).x, along_y(planes));
  CENTIGAN_LAUNCH((filter_pass<In, Out>), grid, kThreads, kAdaFilterTaps * sizeof(double), stream)(pass, bank, gains);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace

int64_t ada_filter_scratch_bytes(const PictureShape& shape, Element element) {
  return shape.n * shape.c * shape.h * shape.w * (element == Element::kDouble ? 8 : 4);
}

int launch_ada_filter(const PictureShape& shape, Element element, const PictureView& x, const PictureView& y,
                      const double* gains, void* scratch, bool adjoint, Stream stream) {
  const PictureView middle = {scratch, shape.c * shape.h * shape.w, shape.h * shape.w, shape.w, 1};
  return with_element(element, [&](auto zero) {
    using T = decltype(zero);
    const int status = launch_pass<T, Wide<T>>({shape, x, middle, true, adjoint}, gains, stream);
    return status ? status : launch_pass<Wide<T>, T>({shape, middle, y, false, adjoint}, gains, stream);
  });
}

}  // namespace centigan::cuda
