#include "device/flat.h"
#include "upfirdn2d/upfirdn2d_cuda.h"

// The filter of the networks, 4x4 on pictures that are kept, doubled or halved: where channels are neighbours and make
// whole packets of 16 bytes, a thread a packet in a few rows; else input from a tile in shared memory. Any other filter
// and factor a thread a value.
namespace centigan::cuda {
namespace {

constexpr int kTaps = 4;
constexpr int kWarp = 32;
constexpr int64_t kSmallPlane = 512;  // planes with fewer values leave most threads of a tile without work

struct OutputPlace {
  int64_t c, row, column;
};

// Value `index` of a picture in the order of memory.
__device__ __forceinline__ OutputPlace output_place(const UpfirdnPass& pass, int64_t index) {
  const bool channels_last = pass.to.c == 1;
  const int64_t inner = channels_last ? pass.c : pass.x.out, middle = channels_last ? pass.x.out : pass.y.out;
  const int64_t line = quotient(index, inner), i = index - line * inner;
  const int64_t outer = quotient(line, middle), m = line - outer * middle;
  return channels_last ? OutputPlace{i, outer, m} : OutputPlace{outer, m, i};
}

template <class S>
__device__ __forceinline__ S tap(const UpfirdnPass& pass, int64_t row, int64_t column) {
  if (!pass.taps) return S(1);
  if (pass.reversed) row = pass.y.taps - 1 - row, column = pass.x.taps - 1 - column;
  return static_cast<const S*>(pass.taps)[row * pass.x.taps + column];
}

// A thread a value, pictures along grid.y.
template <class In, class Out>
__global__ void __launch_bounds__(kThreads) upfirdn_values(UpfirdnPass pass) {
  using S = Wide<In>;
  const int64_t index = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (index >= pass.c * pass.y.out * pass.x.out) return;
  const OutputPlace to = output_place(pass, index);
  const UpfirdnPhase x = upfirdn_phase(pass.x, to.column), y = upfirdn_phase(pass.y, to.row);
  for (int64_t n = blockIdx.y; n < pass.n; n += gridDim.y) {
    S sum = 0;
    for (int64_t j = y.first, row = y.source; j < pass.y.taps; j += pass.y.up, ++row) {
      if (row < 0 || row >= pass.y.in) continue;
      for (int64_t k = x.first, column = x.source; k < pass.x.taps; k += pass.x.up, ++column)
        if (column >= 0 && column < pass.x.in)
          sum += tap<S>(pass, j, k) * widen(*at<const In>(pass.from, n, to.c, row, column));
    }
    *at<Out>(pass.to, n, to.c, to.row, to.column) = narrow<Out>(sum * static_cast<S>(pass.gain));
  }
}

// What a block makes: rows x columns outputs of 2^bits channels, of which the neighbours in memory lie side by side.
struct UpfirdnTile {
  int bits, columns, rows;
  int in_columns, in_rows;
  int64_t across, down, groups;  // tiles in a picture: along x, along y, of channels
};

UpfirdnTile tile_of(const UpfirdnPass& pass, int up, int down) {
  UpfirdnTile tile{0, kWarp, kWarp, 0, 0, 0, 0, 0};
  if (pass.to.c == 1) {
    while (tile.bits < 5 && (1 << tile.bits) < pass.c) ++tile.bits;
    tile.columns = 128 >> tile.bits, tile.rows = 8;
  }
  tile.in_columns = up == 1 ? (tile.columns - 1) * down + kTaps : tile.columns / 2 + 2;
  tile.in_rows = up == 1 ? (tile.rows - 1) * down + kTaps : tile.rows / 2 + 2;
  tile.across = (pass.x.out + tile.columns - 1) / tile.columns;
  tile.down = (pass.y.out + tile.rows - 1) / tile.rows;
  tile.groups = (pass.c + (1 << tile.bits) - 1) >> tile.bits;
  return tile;
}

struct TilePlace {
  int64_t c, row, column;         // first output
  int64_t from_row, from_column;  // first input
  int odd_row, odd_column;        // doubled pictures: 1 if the first output starts between two pixels
};

template <int kUp, int kDown>
__device__ __forceinline__ TilePlace tile_place(const UpfirdnPass& pass, const UpfirdnTile& tile, int64_t index) {
  const int64_t line = quotient(index, tile.across), group = quotient(line, tile.down);
  const int64_t column = (index - line * tile.across) * tile.columns, row = (line - group * tile.down) * tile.rows;
  const int64_t x = column * kDown - pass.x.pad, y = row * kDown - pass.y.pad;
  const int odd_x = kUp == 2 ? static_cast<int>(x & 1) : 0, odd_y = kUp == 2 ? static_cast<int>(y & 1) : 0;
  return {group << tile.bits, row, column, (y + odd_y) / kUp, (x + odd_x) / kUp, odd_y, odd_x};
}

// The input under a tile, zero outside of the picture.
template <class T>
__device__ __forceinline__ void read_tile(const UpfirdnPass& pass, const UpfirdnTile& tile, const TilePlace& place,
                                          int64_t n, Wide<T>* in) {
  const int lane = threadIdx.x % kWarp, length = tile.in_columns << tile.bits, mask = (1 << tile.bits) - 1;
  for (int row = threadIdx.x / kWarp; row < tile.in_rows; row += kThreads / kWarp) {
    const int64_t y = place.from_row + row;
    for (int i = lane; i < length; i += kWarp) {
      const int64_t x = place.from_column + (i >> tile.bits), c = place.c + (i & mask);
      const bool inside = y >= 0 && y < pass.y.in && x >= 0 && x < pass.x.in && c < pass.c;
      in[row * length + i] = inside ? widen(*at<const T>(pass.from, n, c, y, x)) : Wide<T>(0);
    }
  }
}

// The sum at output (row, column) of a tile; `in` is at the channel of the output, pixels are `step` apart.
template <int kUp, int kDown, class S>
__device__ __forceinline__ S tile_sum(const S* taps, const S* in, const TilePlace& place, int row, int column, int line,
                                      int step) {
  S sum = 0;
  if (kUp == 1) {
    in += row * kDown * line + column * kDown * step;
#pragma unroll
    for (int j = 0; j < kTaps; ++j)
#pragma unroll
      for (int k = 0; k < kTaps; ++k) sum += taps[j * kTaps + k] * in[j * line + k * step];
    return sum;
  }
  const int first_y = (place.odd_row + row) & 1, first_x = (place.odd_column + column) & 1;
  in += ((row + 1 - place.odd_row) >> 1) * line + ((column + 1 - place.odd_column) >> 1) * step;
#pragma unroll
  for (int j = 0; j < 2; ++j)
#pragma unroll
    for (int k = 0; k < 2; ++k) sum += taps[(first_y + 2 * j) * kTaps + first_x + 2 * k] * in[j * line + k * step];
  return sum;
}

template <class T, int kUp, int kDown>
__global__ void __launch_bounds__(kThreads) upfirdn_tiles(UpfirdnPass pass, UpfirdnTile tile) {
  using S = Wide<T>;
  CENTIGAN_SHARED(shared);
  S* taps = reinterpret_cast<S*>(shared);
  S* in = taps + kTaps * kTaps;
  if (threadIdx.x < kTaps * kTaps)
    taps[threadIdx.x] = tap<S>(pass, threadIdx.x / kTaps, threadIdx.x % kTaps) * static_cast<S>(pass.gain);
  const TilePlace place = tile_place<kUp, kDown>(pass, tile, blockIdx.x);
  const int lane = threadIdx.x % kWarp, mask = (1 << tile.bits) - 1, line = tile.in_columns << tile.bits;
  for (int64_t n = blockIdx.y; n < pass.n; n += gridDim.y) {
    __syncthreads();  // the sums of the picture before
    read_tile<T>(pass, tile, place, n, in);
    __syncthreads();
    for (int row = threadIdx.x / kWarp; row < tile.rows; row += kThreads / kWarp)
      for (int i = lane; i < tile.columns << tile.bits; i += kWarp) {
        const int column = i >> tile.bits, c = i & mask;
        const int64_t y = place.row + row, x = place.column + column;
        if (y < pass.y.out && x < pass.x.out && place.c + c < pass.c)
          *at<T>(pass.to, n, place.c + c, y, x) =
              narrow<T>(tile_sum<kUp, kDown>(taps, in + c, place, row, column, line, 1 << tile.bits));
      }
  }
}

constexpr int kPacketRows = 4;  // outputs of a thread, one below the other

template <class T>
__device__ __forceinline__ Neighbours<T> packet_at(const UpfirdnPass& pass, int64_t n, int64_t c, int64_t row,
                                                   int64_t column) {
  const bool inside = row >= 0 && row < pass.y.in && column >= 0 && column < pass.x.in;
  return read_flat(inside ? at<const T>(pass.from, n, c, row, column) : nullptr, inside ? kPacket<T> : 0, inside);
}

template <class T>
__device__ __forceinline__ void add_packet(Neighbours<T>& sum, Wide<T> tap, const Neighbours<T>& in) {
#pragma unroll
  for (int i = 0; i < kPacket<T>; ++i) sum.value[i] += tap * in.value[i];
}

// Every row of the input is read once for all outputs of the thread.
template <class T, int kDown>
__device__ __forceinline__ void add_kept(const UpfirdnPass& pass, const Wide<T>* taps, int64_t n, int64_t c,
                                         int64_t first_row, int64_t column, Neighbours<T>* sums) {
  const int64_t row = first_row * kDown - pass.y.pad, left = column * kDown - pass.x.pad;
#pragma unroll
  for (int r = 0; r < (kPacketRows - 1) * kDown + kTaps; ++r)
#pragma unroll
    for (int k = 0; k < kTaps; ++k) {
      const Neighbours<T> in = packet_at<T>(pass, n, c, row + r, left + k);
#pragma unroll
      for (int o = 0; o < kPacketRows; ++o)
        if (r - o * kDown >= 0 && r - o * kDown < kTaps) add_packet(sums[o], taps[(r - o * kDown) * kTaps + k], in);
    }
}

template <class T>
__device__ __forceinline__ void add_doubled(const UpfirdnPass& pass, const Wide<T>* taps, int64_t n, int64_t c,
                                            int64_t first_row, int64_t column, Neighbours<T>* sums) {
  const UpfirdnPhase x = upfirdn_phase(pass.x, column);
#pragma unroll
  for (int o = 0; o < kPacketRows; ++o) {
    const UpfirdnPhase y = upfirdn_phase(pass.y, first_row + o);
#pragma unroll
    for (int j = 0; j < 2; ++j)
#pragma unroll
      for (int k = 0; k < 2; ++k)
        add_packet(sums[o], taps[(y.first + 2 * j) * kTaps + x.first + 2 * k],
                   packet_at<T>(pass, n, c, y.source + j, x.source + k));
  }
}

// Packets of channels, then columns, then kPacketRows rows at a time along grid.x; pictures along grid.y.
template <class T, int kUp, int kDown>
__global__ void __launch_bounds__(kThreads) upfirdn_packets(UpfirdnPass pass, int64_t packets) {
  using S = Wide<T>;
  CENTIGAN_SHARED(shared);
  S* taps = reinterpret_cast<S*>(shared);
  if (threadIdx.x < kTaps * kTaps)
    taps[threadIdx.x] = tap<S>(pass, threadIdx.x / kTaps, threadIdx.x % kTaps) * static_cast<S>(pass.gain);
  __syncthreads();
  const int64_t index = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x, line = quotient(index, packets);
  const int64_t c = (index - line * packets) * kPacket<T>, tile = quotient(line, pass.x.out);
  const int64_t column = line - tile * pass.x.out, row = tile * kPacketRows;
  if (row >= pass.y.out) return;
  for (int64_t n = blockIdx.y; n < pass.n; n += gridDim.y) {
    Neighbours<T> sums[kPacketRows] = {};
    if constexpr (kUp == 1)
      add_kept<T, kDown>(pass, taps, n, c, row, column, sums);
    else
      add_doubled<T>(pass, taps, n, c, row, column, sums);
#pragma unroll
    for (int o = 0; o < kPacketRows; ++o)
      if (row + o < pass.y.out) write_flat(at<T>(pass.to, n, c, row + o, column), sums[o], kPacket<T>, true);
  }
}

// Channels side by side in whole packets, each of which starts at a multiple of 16 bytes.
template <class T>
bool in_packets(const PictureView& view, int64_t channels) {
  const int64_t all = channels | view.n | view.h | view.w;
  return view.c == 1 && all % kPacket<T> == 0 && packable({view.data});
}

template <class In, class Out>
int launch_values(const UpfirdnPass& pass, Stream stream) {
  const int64_t values = pass.c * pass.y.out * pass.x.out;
  const dim3 grid(static_cast<unsigned>((values + kThreads - 1) / kThreads), along_y(pass.n));
  CENTIGAN_LAUNCH((upfirdn_values<In, Out>), grid, kThreads, 0, stream)(pass);
  return static_cast<int>(cudaGetLastError());
}

template <class T, int kUp, int kDown>
int launch_tiles(const UpfirdnPass& pass, Stream stream) {
  const UpfirdnTile tile = tile_of(pass, kUp, kDown);
  const size_t bytes = (kTaps * kTaps + (tile.in_rows * tile.in_columns << tile.bits)) * sizeof(Wide<T>);
  const dim3 grid(static_cast<unsigned>(tile.across * tile.down * tile.groups), along_y(pass.n));
  CENTIGAN_LAUNCH((upfirdn_tiles<T, kUp, kDown>), grid, kThreads, bytes, stream)(pass, tile);
  return static_cast<int>(cudaGetLastError());
}

template <class T, int kUp, int kDown>
int launch_packets(const UpfirdnPass& pass, Stream stream) {
  const int64_t packets = pass.c / kPacket<T>, tiles = (pass.y.out + kPacketRows - 1) / kPacketRows;
  const int64_t threads = packets * pass.x.out * tiles;
  const dim3 grid(static_cast<unsigned>((threads + kThreads - 1) / kThreads), along_y(pass.n));
  CENTIGAN_LAUNCH((upfirdn_packets<T, kUp, kDown>), grid, kThreads, kTaps * kTaps * sizeof(Wide<T>), stream)
  (pass, packets);
  return static_cast<int>(cudaGetLastError());
}

template <class T, int kUp, int kDown>
int launch_four(const UpfirdnPass& pass, Stream stream) {
  const bool packets = in_packets<T>(pass.from, pass.c) && in_packets<T>(pass.to, pass.c);
  return packets ? launch_packets<T, kUp, kDown>(pass, stream) : launch_tiles<T, kUp, kDown>(pass, stream);
}

template <class T>
int launch(const UpfirdnPass& pass, Stream stream) {
  const UpfirdnAxis &x = pass.x, &y = pass.y;
  const bool four = pass.taps && x.taps == kTaps && y.taps == kTaps && x.up == y.up && x.down == y.down;
  const bool tiles = four && (pass.to.c == 1 || x.out * y.out >= kSmallPlane);
  if (tiles && x.up == 1 && x.down == 1) return launch_four<T, 1, 1>(pass, stream);
  if (tiles && x.up == 2 && x.down == 1) return launch_four<T, 2, 1>(pass, stream);
  if (tiles && x.up == 1 && x.down == 2) return launch_four<T, 1, 2>(pass, stream);
  return launch_values<T, T>(pass, stream);
}

}  // namespace

int launch_upfirdn2d(const UpfirdnPass& pass, Element from, Element to, Stream stream) {
  if (from == to) return with_element(from, [&](auto zero) { return launch<decltype(zero)>(pass, stream); });
  if (from == Element::kHalf) return launch_values<__half, float>(pass, stream);
  if (from == Element::kBFloat16) return launch_values<__nv_bfloat16, float>(pass, stream);
  return to == Element::kHalf ? launch_values<float, __half>(pass, stream)
                              : launch_values<float, __nv_bfloat16>(pass, stream);
}

}  // namespace centigan::cuda
