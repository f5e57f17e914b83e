// What a kernel file needs to be compiled by nvcc, or, where there is no GPU, by a C++ compiler that runs the same
// kernels thread by thread (CENTIGAN_CUDA_ON_HOST, tests/support/cuda_on_host.h).
#pragma once
#ifdef CENTIGAN_CUDA_ON_HOST
#include "cuda_on_host.h"
#else
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime_api.h>

// CENTIGAN_LAUNCH((kernel<T>), grid, block, bytes, stream)(arguments...)
#define CENTIGAN_LAUNCH(kernel, grid, block, shared, stream) kernel<<<grid, block, shared, stream>>>
// Declares unsigned char name[]: the shared memory of the block, as many bytes as the launch asked for.
#define CENTIGAN_SHARED(name) extern __shared__ __align__(16) unsigned char name[]
#endif
