#include "centigan/trainers/regularizers.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

namespace centigan {
namespace {

torch::Tensor input_gradient(const torch::Tensor& output, const torch::Tensor& input) {
  return torch::autograd::grad({output.sum()}, {input}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0];
}

}  // namespace

torch::Tensor r1_penalty(const torch::Tensor& logits, const torch::Tensor& x) {
  return input_gradient(logits, x).square().sum({1, 2, 3});
}

torch::Tensor path_lengths(const torch::Tensor& images, const torch::Tensor& ws, const torch::Tensor& noise) {
  return input_gradient(images * noise, ws).square().sum(2).mean(1).sqrt();
}

}  // namespace centigan
