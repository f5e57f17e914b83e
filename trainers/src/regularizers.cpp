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

torch::Tensor orthogonal_penalty(const torch::Tensor& w) {
  const torch::Tensor rows = w.flatten(1), products = rows.matmul(rows.t());
  return (products - at::diag_embed(products.diagonal())).square().sum() / 2;
}

torch::Tensor orthogonal_penalty(const torch::nn::Module& network) {
  torch::Tensor sum;
  for (const auto& parameter : network.named_parameters()) {
    if (parameter.value().dim() < 2 || parameter.key().rfind("shared.", 0) == 0) continue;
    const torch::Tensor penalty = orthogonal_penalty(parameter.value());
    sum = sum.defined() ? sum + penalty : penalty;
  }
  return sum;
}

}  // namespace centigan
