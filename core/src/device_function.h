// The mark of functions of the core that kernels of every device call. Plain C++, no torch.
#pragma once

#ifdef __CUDACC__
#define CENTIGAN_DEVICE __host__ __device__ inline
#else
#define CENTIGAN_DEVICE inline
#endif
