// Operators by name, through the dispatcher: the libraries they live in may be loaded at run time.
#pragma once
#include <ATen/core/ivalue.h>
#include <torch/types.h>

#include <optional>
#include <string>
#include <vector>

namespace centigan {

using OperatorStack = std::vector<c10::IValue>;

// "name(Tensor x) -> Tensor" of `name` or `name.overload`, or nothing if no loaded library has it.
std::optional<std::string> operator_schema(const std::string& name);

// Calls `name` with `arguments` and gives its results. An exception of the operator becomes an Error that names it.
OperatorStack call_operator(const std::string& name, OperatorStack arguments);

// Operators of plugins: (Tensor x, Tensor u) -> Tensor, in nobody else's namespace. In alphabetical order.
std::vector<std::string> foreign_operator_names();

// True if `name` has exactly two tensors as arguments and one as result.
bool is_step_operator(const std::string& name);
// Columns of u that a plugin's operator takes: what NAME_draws() says, 1 where there is none. Less than 0: it has
// another schema, or fails.
int64_t foreign_draws(const std::string& name);

}  // namespace centigan
