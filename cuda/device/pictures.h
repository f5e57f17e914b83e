// Pictures as kernels see them. Plain C++, no torch, no CUDA.
#pragma once
#include <cstdint>

struct CUstream_st;  // what a cudaStream_t points to

namespace centigan::cuda {

enum class Element { kFloat, kDouble, kHalf, kBFloat16 };

struct PictureShape {
  int64_t n, c, h, w;
};

// Any strides, counted in elements. Kernels do not write through the view of an input.
struct PictureView {
  void* data;
  int64_t n, c, h, w;  // strides
};

// A stream of CUDA, or nothing in the emulation. Launch functions return a cudaError_t, 0 is success.
using Stream = CUstream_st*;

}  // namespace centigan::cuda
