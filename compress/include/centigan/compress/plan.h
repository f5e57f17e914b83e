// What a .cgm file costs on a device: arena bytes and multiply-accumulates (docs/cgm-format.md, section 6).
#pragma once
#include <cstdint>

#include "centigan/models/lite_quant.h"

namespace centigan {

// Arena of one picture. Needs the layer table and weight_bits of `model` only, no tensors. `level`: the output level;
// `handover`: last level computed layer by layer (above `level`: `level`); `unit`: bytes of a row's value, 1 or 2.
int64_t arena_bytes(const QuantizedLite& model, int64_t level, int64_t handover, int64_t unit);

// The hand-over of the smallest arena at the best quality with 8-bit rows; of equal ones the highest, which is fastest.
int64_t best_handover(const QuantizedLite& model);

// Multiply-accumulates of one picture at this output level, as cgrt_macs counts them.
int64_t picture_macs(const QuantizedLite& model, int64_t level);

}  // namespace centigan
