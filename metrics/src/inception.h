// The forward pass of the FID Inception network.
#pragma once
#include <torch/types.h>

#include <map>
#include <string>

#include "inception_layers.h"

namespace centigan {

class Inception {
 public:
  // `tensors` as stored, with their prefix. Names, shapes and values are checked; Errors name `source`. The batch norms
  // are folded into the convolutions.
  Inception(const std::map<std::string, torch::Tensor>& tensors, torch::Device device, const std::string& source);

  // x [N,3,299,299] float32, (pixel - 128) / 128, channels last -> [N,2048].
  torch::Tensor forward(torch::Tensor x) const;

 private:
  struct Folded {
    InceptionConv shape;
    torch::Tensor weight, bias;
  };
  torch::Tensor conv(const std::string& name, const torch::Tensor& x) const;
  torch::Tensor chain(const std::string& first, int64_t last, torch::Tensor x) const;
  torch::Tensor block_a(const std::string& name, const torch::Tensor& x) const;
  torch::Tensor block_b(const std::string& name, const torch::Tensor& x) const;
  torch::Tensor block_c(const std::string& name, const torch::Tensor& x) const;
  torch::Tensor block_d(const std::string& name, const torch::Tensor& x) const;
  torch::Tensor block_e(const std::string& name, const torch::Tensor& x, const torch::Tensor& pooled) const;

  std::map<std::string, Folded> convs_;
};

}  // namespace centigan
