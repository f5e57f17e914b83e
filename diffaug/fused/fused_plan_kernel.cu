#include "fused/fused_plan_kernel.h"

#include "device/element.h"

namespace centigan::cuda {
namespace {

constexpr int kPlanThreads = 128;
constexpr int kMaxColumns = 3 * kMaxDeviceSteps;

__device__ double draw_at(const void* draws, Element element, int64_t i) {
  switch (element) {
    case Element::kDouble:
      return static_cast<const double*>(draws)[i];
    case Element::kHalf:
      return widen(static_cast<const __half*>(draws)[i]);
    case Element::kBFloat16:
      return widen(static_cast<const __nv_bfloat16*>(draws)[i]);
    default:
      return static_cast<const float*>(draws)[i];
  }
}

__device__ void copy_plan(DevicePlan& to, const DevicePlan& from) {
  static_assert(sizeof(DevicePlan) % 8 == 0, "copied by words");
  const auto* in = reinterpret_cast<const unsigned long long*>(&from);
  auto* out = reinterpret_cast<unsigned long long*>(&to);
  for (unsigned i = threadIdx.x; i < sizeof(DevicePlan) / 8; i += blockDim.x) out[i] = in[i];
}

// A block a picture; one thread thinks, in shared memory, the others fetch and store.
__global__ void __launch_bounds__(kPlanThreads) make_plans(FusedCall call, DevicePlan* plans) {
  CENTIGAN_SHARED(shared);
  DevicePlan& plan = *reinterpret_cast<DevicePlan*>(shared);
  double* draws = reinterpret_cast<double*>(shared + sizeof(DevicePlan));
  for (int64_t n = blockIdx.x; n < call.shape.n; n += gridDim.x) {
    __syncthreads();
    for (int64_t i = threadIdx.x; i < call.draw_columns; i += blockDim.x)
      draws[i] = draw_at(call.draws, call.draws_element, n * call.draw_columns + i);
    __syncthreads();
    if (threadIdx.x == 0) {
      make_plan(plan, call.policy.steps, call.policy.count, draws, call.p, call.p_stride, call.shape.c, call.shape.h,
                call.shape.w, call.adjoint);
      if (plan.contrasts == 0) solve(plan, draws, call.constants);
    }
    __syncthreads();
    copy_plan(plans[n], plan);
  }
}

// Sum of `count` numbers, the same whatever runs when: each thread takes every 128th, then a tree.
__device__ double sum_in_order(const double* values, int64_t count, double* lanes) {
  double sum = 0;
  for (int64_t i = threadIdx.x; i < count; i += kPlanThreads) sum += values[i];
  __syncthreads();
  lanes[threadIdx.x] = sum;
  for (unsigned half = kPlanThreads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) lanes[threadIdx.x] += lanes[threadIdx.x + half];
  }
  __syncthreads();
  return lanes[0];
}

__global__ void __launch_bounds__(kPlanThreads)
    solve_plans(FusedCall call, DevicePlan* plans, const double* partial, int64_t blocks) {
  CENTIGAN_SHARED(shared);
  DevicePlan& plan = *reinterpret_cast<DevicePlan*>(shared);
  double* sums = reinterpret_cast<double*>(shared + sizeof(DevicePlan));
  double* lanes = sums + kMaxDeviceSteps;
  for (int64_t n = blockIdx.x; n < call.shape.n; n += gridDim.x) {
    if (plans[n].contrasts == 0) continue;
    __syncthreads();
    copy_plan(plan, plans[n]);
    for (int32_t t = 0; t < plans[n].contrasts; ++t) {
      const double sum = sum_in_order(partial + (n * call.contrasts + t) * blocks, blocks, lanes);
      if (threadIdx.x == 0) sums[t] = sum;
    }
    __syncthreads();
    if (threadIdx.x == 0) solve(plan, sums, call.constants);
    __syncthreads();
    copy_plan(plans[n], plan);
  }
}

// A thread a picture.
__global__ void __launch_bounds__(kPlanThreads) list_parameters(FusedCall call, int64_t columns, float* parameters) {
  const int64_t n = static_cast<int64_t>(blockIdx.x) * kPlanThreads + threadIdx.x;
  if (n >= call.shape.n) return;
  double draws[kMaxColumns];
  for (int64_t i = 0; i < call.draw_columns; ++i)
    draws[i] = draw_at(call.draws, call.draws_element, n * call.draw_columns + i);
  write_parameters(call.policy.steps, call.policy.count, draws, call.p, call.p_stride, call.shape.h, call.shape.w,
                   parameters + n * columns);
}

unsigned picture_blocks(const FusedCall& call) {
  return static_cast<unsigned>(call.shape.n < kGridLimit ? call.shape.n : kGridLimit);
}

}  // namespace

int launch_plans(const FusedCall& call, DevicePlan* plans, Stream stream) {
  constexpr size_t kBytes = sizeof(DevicePlan) + kMaxColumns * sizeof(double);
  CENTIGAN_LAUNCH(make_plans, picture_blocks(call), kPlanThreads, kBytes, stream)(call, plans);
  return static_cast<int>(cudaGetLastError());
}

int launch_solve(const FusedCall& call, DevicePlan* plans, const double* sums, int64_t blocks, Stream stream) {
  constexpr size_t kBytes = sizeof(DevicePlan) + (kMaxDeviceSteps + kPlanThreads) * sizeof(double);
  CENTIGAN_LAUNCH(solve_plans, picture_blocks(call), kPlanThreads, kBytes, stream)(call, plans, sums, blocks);
  return static_cast<int>(cudaGetLastError());
}

int launch_fused_parameters(const FusedCall& call, int64_t columns, float* parameters, Stream stream) {
  const unsigned blocks = static_cast<unsigned>((call.shape.n + kPlanThreads - 1) / kPlanThreads);
  CENTIGAN_LAUNCH(list_parameters, blocks, kPlanThreads, 0, stream)(call, columns, parameters);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace centigan::cuda
