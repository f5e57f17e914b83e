// Small change of losses: terms that may be undefined, weighted and logged.
#pragma once
#include <string>

#include "judge.h"

namespace centigan {

// `term` may be undefined: nothing.
torch::Tensor plus(const torch::Tensor& loss, const torch::Tensor& term);

// weight * penalty; the penalty is logged as Loss/<name>.
torch::Tensor weighted(double weight, const torch::Tensor& penalty, const std::string& name, Stats& stats);

// CR, bCR, zCR: D scores two views of the same, or of nearly the same, alike. Undefined with a weight of 0.
torch::Tensor consistency_term(const std::string& name, double weight, const Look& other, const Look& first,
                               Stats& stats);

// Orthogonal regularisation of all weights of a network. Undefined with a weight of 0.
torch::Tensor orthogonal_term(const std::string& name, double weight, const torch::nn::Module& network, Stats& stats);

}  // namespace centigan
