// What a kernel file needs to be compiled by nvcc, or, where there is no GPU, by a C++ compiler that runs the same
// kernels thread by thread (CENTIGAN_CUDA_ON_HOST, tests/support/cuda_on_host.h).
#pragma once
#ifdef CENTIGAN_CUDA_ON_HOST
#include "cuda_on_host.h"
#else
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime_api.h>

#include <cstdint>

// CENTIGAN_LAUNCH((kernel<T>), grid, block, bytes, stream)(arguments...)
#define CENTIGAN_LAUNCH(kernel, grid, block, shared, stream) kernel<<<grid, block, shared, stream>>>
// Declares unsigned char name[]: the shared memory of the block, as many bytes as the launch asked for.
#define CENTIGAN_SHARED(name) extern __shared__ __align__(16) unsigned char name[]

namespace centigan::cuda {
constexpr int64_t kGridLimit = 65535;  // blocks along y; kernels loop over what is left
__device__ __forceinline__ void expect_aligned(const void*, size_t) {}  // checked in the emulation
}  // namespace centigan::cuda
#endif
