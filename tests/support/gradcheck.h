// Checks of gradients by central differences in float64, first and second order.
#pragma once
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <algorithm>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "filler.h"

namespace centigan {

using TensorFunction = std::function<torch::Tensor(const std::vector<torch::Tensor>&)>;

inline std::vector<torch::Tensor> as_leaves(const std::vector<torch::Tensor>& inputs) {
  std::vector<torch::Tensor> leaves;
  for (const torch::Tensor& t : inputs)
    leaves.push_back(t.detach().to(torch::kFloat64).clone(at::MemoryFormat::Contiguous).requires_grad_());
  return leaves;
}

// Gradients of sum(f(inputs) * weights) for all inputs, zeros where f does not depend on one.
inline std::vector<torch::Tensor> gradients(const TensorFunction& f, const std::vector<torch::Tensor>& inputs,
                                            const torch::Tensor& weights, bool create_graph) {
  std::vector<torch::Tensor> grads =
      torch::autograd::grad({f(inputs)}, inputs, {weights}, true, create_graph, /*allow_unused=*/true);
  for (size_t i = 0; i < grads.size(); ++i)
    if (!grads[i].defined()) grads[i] = torch::zeros_like(inputs[i]);
  return grads;
}

// (L(x + eps e_k) - L(x - eps e_k)) / (2 eps) for element k of input i.
inline double central_difference(const std::function<double()>& loss, torch::Tensor& input, int64_t k, double eps) {
  double& value = input.data_ptr<double>()[k];
  const double kept = value;
  value = kept + eps;
  const double above = loss();
  value = kept - eps;
  const double below = loss();
  value = kept;
  return (above - below) / (2 * eps);
}

// "" if the gradient of every element of every input agrees with the difference quotient, else the first that does not.
// Inputs are copied to float64; f must not be at a kink there.
inline std::string gradcheck(const TensorFunction& f, const std::vector<torch::Tensor>& inputs, double tolerance = 1e-5,
                             double eps = 1e-5) {
  std::vector<torch::Tensor> leaves = as_leaves(inputs);
  const torch::Tensor weights = filler_u64("gradcheck", f(leaves).sizes()) - 0.5;
  const std::vector<torch::Tensor> grads = gradients(f, leaves, weights, false);
  const auto loss = [&] { return (f(leaves) * weights).sum().item<double>(); };
  for (size_t i = 0; i < leaves.size(); ++i) {
    torch::Tensor data = leaves[i].detach();  // the same memory, without a graph
    const torch::Tensor flat = grads[i].contiguous();
    for (int64_t k = 0; k < data.numel(); ++k) {
      const double numeric = central_difference(loss, data, k, eps), analytic = flat.data_ptr<double>()[k];
      if (std::abs(numeric - analytic) <= tolerance * std::max(1.0, std::abs(numeric))) continue;
      std::ostringstream text;
      text << "input " << i << " element " << k << ": gradient " << analytic << ", difference quotient " << numeric;
      return text.str();
    }
  }
  return "";
}

// The same for the gradient itself, as a function of the inputs and of the incoming gradient.
inline std::string gradgradcheck(const TensorFunction& f, const std::vector<torch::Tensor>& inputs,
                                 double tolerance = 1e-5, double eps = 1e-5) {
  std::vector<torch::Tensor> all = as_leaves(inputs);
  all.push_back(filler_u64("gradgradcheck", f(all).sizes()) - 0.5);
  const TensorFunction first_order = [&f](const std::vector<torch::Tensor>& args) {
    const std::vector<torch::Tensor> in(args.begin(), args.end() - 1);
    torch::Tensor total = torch::zeros({1}, torch::kFloat64);
    int64_t i = 0;
    for (const torch::Tensor& g : gradients(f, in, args.back(), true))
      total = total + (g * (filler_u64("gradgrad" + std::to_string(i++), g.sizes()) - 0.5)).sum();
    return total;
  };
  return gradcheck(first_order, all, tolerance, eps);
}

}  // namespace centigan
