// The interface of every discriminator.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <functional>

namespace centigan {

class Discriminator : public torch::nn::Module {
 public:
  // images [N,C,H,W] float32 in [-1,1], c [N,c_dim] or undefined -> logits [N,1] float32. `exact` asks for float32
  // throughout (R1 uses it); otherwise half types are used where the configuration says so.
  virtual torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& c, bool exact = false) = 0;
  // FreezeD: the first `layers` layers, from the picture on, become constants (freezable_layers() says how many can).
  virtual void freeze(int64_t /*layers*/) {}
};

// What a method does to the maps [N,C,H,W] that a convolution of a block gave, before bias and activation.
using MapHook = std::function<torch::Tensor(const torch::Tensor& map)>;

// A discriminator that can be looked into: forward is score(features(maps(images))).
class LayeredDiscriminator : public Discriminator {
 public:
  struct Maps {
    torch::Tensor x;      // [N,F,h,w], what the last block takes
    torch::Tensor image;  // the picture, where the architecture shows it to the last block too
  };
  virtual Maps maps(const torch::Tensor& images, bool exact, const MapHook& hook = nullptr) = 0;
  // What the last layer takes, [N,feature_size()] float32.
  virtual torch::Tensor features(const Maps& maps, bool exact) = 0;
  // Logits [N,1].
  virtual torch::Tensor score(const torch::Tensor& features, const torch::Tensor& c) = 0;
  virtual int64_t feature_size() const = 0;
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& c, bool exact = false) final {
    return score(features(maps(images, exact), exact), c);
  }
};

}  // namespace centigan
