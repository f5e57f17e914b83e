// Whether a model fits into a device, and what would help if it does not.
#pragma once
#include <cstdint>

#include "firmware.h"

namespace centigan {

// Error if model or arena alone are larger than the device's flash or RAM; before anything is built.
void check_fit(const FirmwareJob& job);

// The Error for a job that takes so many bytes too much of flash, or of RAM.
[[noreturn]] void refuse_fit(const FirmwareJob& job, bool flash, int64_t missing);

// The hand-over of the smallest arena at these options.
uint8_t smallest_handover(const CgmFile& file, cgrt_options options);

}  // namespace centigan
