// What a .cgm file costs on a device: bytes, arena and multiply-accumulates (docs/cgm-format.md, sections 5 and 6). All
// of it follows from the layer table and the bits of the weights; no tensor of a layer is looked at (lite_plan()).
#pragma once
#include <cstdint>
#include <vector>

#include "centigan/models/lite_quant.h"

namespace centigan {

// Bytes of the file up to the end of this output level, which is a complete generator; -1: of the whole file, with the
// names of classes that `model` has.
int64_t file_bytes(const QuantizedLite& model, int64_t level = -1);

// Arena of one picture. `level`: the output level;
// `handover`: last level computed layer by layer (above `level`: `level`); `unit`: bytes of a row's value, 1 or 2.
int64_t arena_bytes(const QuantizedLite& model, int64_t level, int64_t handover, int64_t unit);

// What each convolution finds free in this arena for its kernels, at the best quality with 8-bit rows; 0 for other
// layers.
std::vector<int64_t> scratch_bytes(const QuantizedLite& model, int64_t handover);

// The hand-over of the smallest arena at the best quality with 8-bit rows; of equal ones the highest, which is fastest.
int64_t best_handover(const QuantizedLite& model);

// Multiply-accumulates of one picture at this output level, as cgrt_macs counts them.
int64_t picture_macs(const QuantizedLite& model, int64_t level);

}  // namespace centigan
