#include "centigan/core/gradcheck.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "centigan/core/random.h"

namespace centigan {
namespace {

std::vector<torch::Tensor> as_leaves(const std::vector<torch::Tensor>& inputs) {
  std::vector<torch::Tensor> leaves;
  for (const torch::Tensor& t : inputs)
    leaves.push_back(t.detach().to(at::kDouble).clone(at::MemoryFormat::Contiguous).requires_grad_());
  return leaves;
}

// In [-0.5, 0.5), the same on every call.
torch::Tensor weights_like(const torch::Tensor& t, int64_t which) {
  const torch::Tensor draws = RandomStream(static_cast<uint64_t>(which), "gradcheck").uniform(0, t.numel(), 1);
  return draws.to(at::kDouble).view(t.sizes()) - 0.5;
}

// Gradients of sum(f(inputs) * weights) for all inputs, zeros where f does not depend on one.
std::vector<torch::Tensor> input_gradients(const TensorFunction& f, const std::vector<torch::Tensor>& inputs,
                                           const torch::Tensor& weights, bool create_graph) {
  std::vector<torch::Tensor> grads =
      torch::autograd::grad({f(inputs)}, inputs, {weights}, true, create_graph, /*allow_unused=*/true);
  for (size_t i = 0; i < grads.size(); ++i)
    if (!grads[i].defined()) grads[i] = at::zeros_like(inputs[i]);
  return grads;
}

// (L(x + eps e_k) - L(x - eps e_k)) / (2 eps) for element k of an input.
double central_difference(const std::function<double()>& loss, torch::Tensor& input, int64_t k, double eps) {
  double& value = input.data_ptr<double>()[k];
  const double kept = value;
  value = kept + eps;
  const double above = loss();
  value = kept - eps;
  const double below = loss();
  value = kept;
  return (above - below) / (2 * eps);
}

}  // namespace

std::string gradcheck(const TensorFunction& f, const std::vector<torch::Tensor>& inputs, double tolerance, double eps) {
  std::vector<torch::Tensor> leaves = as_leaves(inputs);
  const torch::Tensor weights = weights_like(f(leaves), 0);
  const std::vector<torch::Tensor> grads = input_gradients(f, leaves, weights, false);
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

std::string gradgradcheck(const TensorFunction& f, const std::vector<torch::Tensor>& inputs, double tolerance,
                          double eps) {
  std::vector<torch::Tensor> all = as_leaves(inputs);
  all.push_back(weights_like(f(all), 1));
  const TensorFunction first_order = [&f](const std::vector<torch::Tensor>& args) {
    const std::vector<torch::Tensor> in(args.begin(), args.end() - 1);
    torch::Tensor total = at::zeros({1}, at::kDouble);
    int64_t which = 2;
    for (const torch::Tensor& g : input_gradients(f, in, args.back(), true))
      total = total + (g * weights_like(g, which++)).sum();
    return total;
  };
  return gradcheck(first_order, all, tolerance, eps);
}

}  // namespace centigan
