// Plain C++, no torch.
#pragma once
#include "bias_act/bias_act_pointwise.h"
#include "device/pictures.h"

namespace centigan::cuda {

// Dense arrays of `size` values in one layout. b is in the wide type (double for double, else float).
struct BiasActArrays {
  const void *grad, *dy, *r, *b;  // r: x of the forward pass; in the others x (with b) or y, see from_input
  void* out;
  int64_t size;
};

// order 0: out = clamp(gain act(r + b)). 1: out = dy gain act' inside the clamp; r may be null. 2: out = grad dy gain
// act'' inside the clamp.
int launch_bias_act(int order, Element element, const BiasActArrays& arrays, const BiasActParams& params,
                    Stream stream);

}  // namespace centigan::cuda
