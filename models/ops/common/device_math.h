// The mark of functions that kernels of every device call. Plain C++, no torch.
#pragma once

#ifdef __CUDACC__
#define CENTIGAN_MATH __host__ __device__ inline
#else
#define CENTIGAN_MATH inline __attribute__((always_inline))
#endif
