#include <ATen/ATen.h>

#include "../labels.h"
#include "centigan/models/stylegan2.h"
#include "layers.h"

namespace centigan {
namespace {

constexpr double kMappingLrMult = 0.01;

}  // namespace

Mapping::Mapping(const ParameterInit& init, const Shape& shape) : shape_(shape) {
  if (shape.c_dim > 0) {
    embed_ = register_module("embed", std::make_shared<FullyConnected>(init.child("embed"), shape.c_dim, shape.w_dim));
  }
  int64_t in = shape.z_dim + (shape.c_dim > 0 ? shape.w_dim : 0);
  for (int64_t i = 0; i < shape.layers; ++i, in = shape.w_dim) {
    const std::string name = "fc" + std::to_string(i);
    layers_.push_back(register_module(
        name, std::make_shared<FullyConnected>(init.child(name), in, shape.w_dim, "lrelu", kMappingLrMult)));
  }
  if (shape.tracks_average) w_avg_ = register_buffer("w_avg", at::zeros({shape.w_dim}));
}

torch::Tensor Mapping::embedded(const torch::Tensor& c) const {
  require_labels(c, shape_.c_dim);
  return normalize_2nd_moment(embed_->forward(c));
}

// Latent and label are normalised apart, then joined.
torch::Tensor Mapping::forward(const torch::Tensor& z, const torch::Tensor& c) const {
  std::vector<at::Tensor> parts;
  if (shape_.z_dim > 0) parts.push_back(normalize_2nd_moment(z.to(layers_[0]->type())));
  if (shape_.c_dim > 0) parts.push_back(embedded(c));
  at::Tensor x = parts.size() == 1 ? parts[0] : at::cat(parts, 1);
  for (const auto& layer : layers_) x = layer->forward(x);
  return x;
}

}  // namespace centigan
