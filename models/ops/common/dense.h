// Dense memory for kernels, and the choice of a kernel by storage type.
#pragma once
#include <ATen/core/Tensor.h>

#include "common/kernel.h"

namespace centigan {

// x dense in its own layout (channels-last where it is, else contiguous); float16, which has no kernels, as float.
at::Tensor dense(const at::Tensor& x);
at::Tensor dense(const at::Tensor& x, at::MemoryFormat format);

// The type in which sums of x are kept: float for half types.
at::ScalarType accumulator_type(const at::Tensor& x);

template <class T>
const T* data(const at::Tensor& t) {
  return t.defined() ? static_cast<const T*>(t.const_data_ptr()) : nullptr;
}
template <class T>
T* mutable_data(const at::Tensor& t) {
  return t.defined() ? static_cast<T*>(t.mutable_data_ptr()) : nullptr;
}

// [A,R,C] -> [A,C]: rows one after the other, added in double, so that threads change no bit.
at::Tensor sum_in_order(const at::Tensor& rows);

// f(T()) for the storage type of a tensor that `dense` returned.
template <class F>
void with_storage_type(const at::Tensor& x, const F& f) {
  if (x.scalar_type() == at::kDouble)
    f(double());
  else if (x.scalar_type() == at::kBFloat16)
    f(Bf16());
  else
    f(float());
}

// Units of `elements` each that a thread should have at least.
constexpr int64_t thread_share(int64_t elements) {
  return elements >= 16384 ? 1 : 16384 / (elements > 1 ? elements : 1);
}

}  // namespace centigan
