// The device of a call. With CENTIGAN_CUDA_ON_HOST the same bindings work on CPU tensors (tests).
#pragma once
#ifdef CENTIGAN_CUDA_ON_HOST
#include <ATen/core/Tensor.h>

#define CENTIGAN_CUDA_CHECK(call) TORCH_CHECK((call) == 0, "the emulated launch failed")

namespace centigan::cuda {
struct OnDeviceOf {
  explicit OnDeviceOf(const at::Tensor&) {}
  CUstream_st* stream() const { return nullptr; }
};
}  // namespace centigan::cuda
#else
#include <ATen/core/Tensor.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#define CENTIGAN_CUDA_CHECK(call) C10_CUDA_CHECK(static_cast<cudaError_t>(call))

namespace centigan::cuda {
// Makes the device of x the current one for the lifetime of this object.
class OnDeviceOf {
 public:
  explicit OnDeviceOf(const at::Tensor& x) : guard_(x.device()) {}
  CUstream_st* stream() const { return c10::cuda::getCurrentCUDAStream(); }

 private:
  c10::cuda::CUDAGuard guard_;
};
}  // namespace centigan::cuda
#endif
