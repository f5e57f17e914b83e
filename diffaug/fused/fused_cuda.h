// A policy on CUDA. Plain C++, no torch.
#pragma once
#include "device/pictures.h"
#include "fused/plan.h"

namespace centigan::cuda {

struct FusedCall {
  PictureShape shape;
  Element element;
  PictureView x, y;
  DevicePolicy policy;
  int32_t contrasts;  // steps of the policy that are one: no picture has more
  Element draws_element;
  const void* draws;  // [N, draw_columns + gates], dense
  int64_t draw_columns;
  const float* p;  // null, or one probability a step, `p_stride` apart
  int64_t p_stride;
  bool adjoint, constants;
  void* scratch;  // fused_scratch_bytes(call), for the plans and the sums; 16-byte aligned
};

// About 5 kB a picture, and for policies with a contrast some sums.
int64_t fused_scratch_bytes(const FusedCall& call);

// Plans, sums where a contrast needs them, and one pass that writes y. Nothing is read back to the host.
int launch_fused(const FusedCall& call, Stream stream);

// Rows of `columns` numbers, as write_parameters of plan.h.
int launch_fused_parameters(const FusedCall& call, int64_t columns, float* parameters, Stream stream);

}  // namespace centigan::cuda
