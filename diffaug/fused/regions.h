// Which event a pixel belongs to, from shared memory. For kernels.
#pragma once
#include "device/element.h"
#include "fused/plan.h"

namespace centigan::cuda {

// The events of one picture in one frame, in the order in which they claim pixels.
template <class W>
struct Regions {
  PixelRect rect[kMaxDeviceSteps];
  int32_t outside[kMaxDeviceSteps], cls[kMaxDeviceSteps];
  W fill[kMaxDeviceSteps + 1];         // by class
  int32_t index[kMaxDeviceSteps + 1];  // by class: the sum it belongs to
  int32_t count;
};

// To be called by all threads of a block; `source`: the frame of the source, else that of the output.
template <class W>
__device__ void fill_regions(Regions<W>& regions, const DevicePlan& plan, bool source) {
  __syncthreads();  // nobody still reads those of the picture before
  for (int32_t j = static_cast<int32_t>(threadIdx.x); j <= plan.events; j += static_cast<int32_t>(blockDim.x)) {
    regions.fill[j] = static_cast<W>(plan.fill[j]);
    regions.index[j] = read_index(plan, j);
    if (j == plan.events) continue;
    const int32_t event = source ? j : plan.events - 1 - j;
    regions.rect[j] = source ? plan.event[event].source : plan.event[event].output;
    regions.outside[j] = plan.event[event].outside;
    regions.cls[j] = event + 1;
  }
  if (threadIdx.x == 0) regions.count = plan.events;
  __syncthreads();
}

// source_class or output_class of plan.h.
template <class W>
__device__ __forceinline__ int32_t class_of(const Regions<W>& regions, int32_t row, int32_t column) {
  for (int32_t j = 0; j < regions.count; ++j)
    if (holds(regions.rect[j], row, column) != (regions.outside[j] != 0)) return regions.cls[j];
  return 0;
}

}  // namespace centigan::cuda
