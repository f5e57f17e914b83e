#include "loss_terms.h"

#include <ATen/ATen.h>

#include "centigan/trainers/regularizers.h"

namespace centigan {

torch::Tensor plus(const torch::Tensor& loss, const torch::Tensor& term) {
  return term.defined() ? loss + term : loss;
}

torch::Tensor weighted(double weight, const torch::Tensor& penalty, const std::string& name, Stats& stats) {
  stats.add("Loss/" + name, penalty);
  return weight * penalty;
}

torch::Tensor consistency_term(const std::string& name, double weight, const Look& other, const Look& first,
                               Stats& stats) {
  if (weight <= 0.0) return {};
  return weighted(weight, score_consistency(other.logits, first.logits), name, stats);
}

torch::Tensor orthogonal_term(const std::string& name, double weight, const torch::nn::Module& network, Stats& stats) {
  return weight > 0.0 ? weighted(weight, orthogonal_penalty(network), name, stats) : torch::Tensor();
}

}  // namespace centigan
