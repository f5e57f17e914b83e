// Instructions of a picture on a Cortex-M4 or M7, without drawing it: what the runtime's kernels with the DSP extension
// have to do for each layer, times counts of those kernels in the emulator (kernel_costs.h). Rows of 8 bits, RGB888.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "centigan/models/lite_quant.h"

namespace centigan {

// `handover`: last level computed layer by layer. Within 3 % of what `centigan simulate --device stm32f746` counts.
int64_t picture_instructions(const QuantizedLite& model, int64_t handover);

// Which kernel makes a layer. Convolutions work on strips widened into scratch; where maps and line buffers leave none,
// on bytes; on bytes pixel by pixel where the map is narrow or channels are no multiple of four.
enum DspKernel {
  kOnce,
  kStartRows,
  kStrips3,
  kStripsUp3,
  kStripsUp2p,
  kBytes3,
  kBytesUp3,
  kBytesUp2p,
  kNarrow3,
  kNarrowUp2p,
  kOdd3,
  kOddUp3,
  kOddUp2p,
  kNoiseRows,
  kUnpack4,
  kUnpack6,
  kColours,
  kOddColours,
  kPixels,
  kDspKernels
};

// How much of what a kernel does, each with a number of instructions of its own:
//   once         dense rows, their elements, channels of tables, energies, square roots, folded weights
//   start        rows, values, dense rows, their elements
//   strips       strips of rows, filters, weights widened, products, values, columns widened
//   bytes        rows, filters, calls of the inner loop, products, values
//   narrow, odd  rows, filters, inner products, products, values
//   noise        rows, values                          unpack   filters, elements
//   colours      rows, pixels, sums, products, values enlarged          pixels   rows, pixels
constexpr size_t kWorkTerms = 6;
using KernelWork = std::array<std::array<double, kWorkTerms>, kDspKernels>;

// One for each layer's rows (empty for MAP), and behind them what is done once a picture: mapping, styles, tables.
std::vector<KernelWork> picture_work(const QuantizedLite& model, int64_t handover);

// The layer table and the bits of a .cgm file that cgrt_open has passed, without tensors. The file's maps start with
// 4x4 (cgm_can_plan).
bool cgm_can_plan(const uint8_t* cgm);
QuantizedLite cgm_plan(const uint8_t* cgm);

}  // namespace centigan
