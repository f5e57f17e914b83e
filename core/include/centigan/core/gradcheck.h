// Checks of gradients by central differences in float64, first and second order.
#pragma once
#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

namespace centigan {

using TensorFunction = std::function<torch::Tensor(const std::vector<torch::Tensor>&)>;

// "" if the gradient of every element of every input agrees with the difference quotient, else the first that does not.
// Inputs are copied to float64; f must not be at a kink there. An input that f does not depend on has gradient zero.
std::string gradcheck(const TensorFunction& f, const std::vector<torch::Tensor>& inputs, double tolerance = 1e-5,
                      double eps = 1e-5);

// The same for the gradient itself, as a function of the inputs and of the incoming gradient.
std::string gradgradcheck(const TensorFunction& f, const std::vector<torch::Tensor>& inputs, double tolerance = 1e-5,
                          double eps = 1e-5);

}  // namespace centigan
