// Operators that LibTorch's dispatcher knows, as `centigan plugins` shows them.
#pragma once
#include <ATen/core/dispatch/Dispatcher.h>

#include <cstdint>
#include <string>
#include <vector>

namespace centigan {

// "acme::swirl" or "acme::swirl.overload"; the operator must be there.
c10::OperatorHandle operator_of(const std::string& name);

// Whether it is a part of another operator: its own name begins with '_' or ends in _backward or _draws.
bool is_helper(const std::string& name);

// What a policy step must be, "" or what is different: (Tensor x, Tensor u) -> Tensor.
std::string schema_problem(const std::string& name);
std::string signature_of(const std::string& name);

// Columns of u: what NAME_draws() says, 1 if there is none. Runs code of the library.
int64_t draws_of(const std::string& name);
bool has_draws(const std::string& name);

enum class KernelKind { kCpu, kCuda, kMeta, kAutograd };

// A kernel of its own, or one function of differentiable operators for all of them.
bool has_kernel(const std::string& name, KernelKind kind);
std::string kernels_of(const std::string& name);  // "CPU CUDA Meta Autograd"

// Names in `space`, helpers left out, sorted.
std::vector<std::string> operators_in(const std::string& space);

}  // namespace centigan
