// The loops over pixels of the CPU kernels, compiled for several levels of x86-64 (rows_impl.h) and chosen at run time.
// All levels give the same bits. Plain C++, no torch.
#pragma once
#include <cstdint>

namespace centigan {

enum class Element : int32_t { kFloat, kDouble, kHalf, kBfloat };
constexpr int32_t kElements = 4;

// Columns left ... right - 1 of some rows.
struct Run {
  int32_t left, right;
  int32_t value;
};

// Rows top ... bottom - 1 of one picture, whose runs (value: 0 visible, else an index into fill) cover every column.
// Strides in elements; a pixel's channels are x_channel apart, or side by side (interleaved, then x_channel is unused).
struct WriteArea {
  const void* x;
  void* y;
  int64_t x_start;  // the element of x that pixel (0, 0) of y shows; may lie outside of x
  int64_t x_row, x_channel, y_row, y_channel;
  int64_t channels;
  bool interleaved;
  double alpha, beta;  // visible: alpha x + beta (mean over the channels) + fill[0]
  const double* fill;
  const Run* runs;
  int64_t run_count;
  int64_t top, bottom;
  bool stream;  // y is too large to be found in a cache later: writes may go past it
};

// All channels of rows top ... bottom - 1, columns left ... right - 1.
struct SumArea {
  const void* x;
  int64_t x_row, x_channel, channels;
  bool interleaved;
  int64_t left, right, top, bottom;
};

// Indexed by Element.
struct RowKernels {
  void (*write[kElements])(const WriteArea&);
  double (*sum[kElements])(const SumArea&);
};

extern const RowKernels kRowsBase, kRowsAvx2, kRowsAvx512;

// 0: plain, 1: AVX2, 2: AVX-512; null where this processor does not have it.
const RowKernels* rows_of_level(int level);

// The best of them.
const RowKernels& row_kernels();

}  // namespace centigan
