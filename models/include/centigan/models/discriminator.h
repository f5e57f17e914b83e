// The interface of every discriminator.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>

namespace centigan {

class Discriminator : public torch::nn::Module {
 public:
  // images [N,C,H,W] float32 in [-1,1], c [N,c_dim] or undefined -> logits [N,1] float32. `exact` asks for float32
  // throughout (R1 uses it); otherwise half types are used where the configuration says so.
  virtual torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& c, bool exact = false) = 0;
  // FreezeD: the first `layers` layers, from the picture on, become constants (freezable_layers() says how many can).
  virtual void freeze(int64_t /*layers*/) {}
};

}  // namespace centigan
