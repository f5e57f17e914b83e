#include "operators.h"

#include <algorithm>
#include <sstream>

namespace centigan {
namespace {

c10::OperatorName parsed(const std::string& name) {
  const size_t dot = name.find('.');
  return {name.substr(0, dot), dot == std::string::npos ? "" : name.substr(dot + 1)};
}

bool ends_in(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool plain_tensor(const c10::Argument& argument) {
  return argument.type()->kind() == c10::TypeKind::TensorType && argument.alias_info() == nullptr;
}

std::vector<c10::DispatchKey> registered_as(KernelKind kind) {
  using c10::DispatchKey;
  const DispatchKey composite = DispatchKey::CompositeImplicitAutograd, plain = DispatchKey::CompositeExplicitAutograd;
  switch (kind) {
    case KernelKind::kCpu:
      return {DispatchKey::CPU, composite, plain};
    case KernelKind::kCuda:
      return {DispatchKey::CUDA, composite, plain};
    case KernelKind::kMeta:
      return {DispatchKey::Meta, composite, plain};
    default:
      return {DispatchKey::Autograd, DispatchKey::AutogradCPU, composite};
  }
}

}  // namespace

c10::OperatorHandle operator_of(const std::string& name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(parsed(name).name.c_str(), parsed(name).overload_name.c_str());
}

bool is_helper(const std::string& name) {
  const std::string own = parsed(name).name;
  return own.find("::_") != std::string::npos || ends_in(own, "_backward") || ends_in(own, "_draws");
}

std::string signature_of(const std::string& name) {
  std::ostringstream text;
  text << operator_of(name).schema();
  return text.str().substr(name.size());
}

std::string schema_problem(const std::string& name) {
  const c10::FunctionSchema& schema = operator_of(name).schema();
  const auto &taken = schema.arguments(), &given = schema.returns();
  const bool fits = taken.size() == 2 && given.size() == 1 && plain_tensor(taken[0]) && plain_tensor(taken[1]) &&
                    plain_tensor(given[0]);
  return fits ? "" : signature_of(name) + " is not (Tensor x, Tensor u) -> Tensor";
}

bool has_draws(const std::string& name) {
  return c10::Dispatcher::singleton().findSchema({parsed(name).name + "_draws", ""}).has_value();
}

int64_t draws_of(const std::string& name) {
  if (!has_draws(name)) return 1;
  return operator_of(parsed(name).name + "_draws").typed<int64_t()>().call();
}

bool has_kernel(const std::string& name, KernelKind kind) {
  const auto op = operator_of(name);
  const auto keys = registered_as(kind);
  return std::any_of(keys.begin(), keys.end(), [&](c10::DispatchKey key) { return op.hasKernelForDispatchKey(key); });
}

std::string kernels_of(const std::string& name) {
  std::string text;
  const std::pair<KernelKind, const char*> kinds[] = {{KernelKind::kCpu, "CPU"},
                                                      {KernelKind::kCuda, "CUDA"},
                                                      {KernelKind::kMeta, "Meta"},
                                                      {KernelKind::kAutograd, "Autograd"}};
  for (const auto& [kind, word] : kinds)
    if (has_kernel(name, kind)) text += (text.empty() ? "" : " ") + std::string(word);
  return text.empty() ? "none" : text;
}

std::vector<std::string> operators_in(const std::string& space) {
  std::vector<std::string> names;
  for (const c10::OperatorName& name : c10::Dispatcher::singleton().getAllOpNames()) {
    const bool has_schema = c10::Dispatcher::singleton().findSchema(name).has_value();
    if (has_schema && name.name.rfind(space + "::", 0) == 0 && !is_helper(name.name)) names.push_back(toString(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace centigan
