#include "operators.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>
#include <sstream>

#include "centigan/core/error.h"

namespace centigan {
namespace {

std::optional<c10::OperatorHandle> find_operator(const std::string& name) {
  const size_t colons = name.find("::"), dot = name.find('.', colons == std::string::npos ? 0 : colons);
  return c10::Dispatcher::singleton().findSchema(
      {name.substr(0, dot), dot == std::string::npos ? "" : name.substr(dot + 1)});
}

bool is_tensor(const c10::Argument& argument) {
  return argument.type()->kind() == c10::TypeKind::TensorType;
}

// A third party's by its looks: LibTorch has no operator whose arguments are called so.
bool is_foreign(const c10::OperatorName& name) {
  if (name.getNamespace() == c10::string_view("centigan") || !name.overload_name.empty()) return false;
  const auto found = c10::Dispatcher::singleton().findSchema(name);
  if (!found) return false;
  const auto& arguments = found->schema().arguments();
  return arguments.size() == 2 && arguments[0].name() == "x" && arguments[1].name() == "u" &&
         is_step_operator(name.name);
}

}  // namespace

std::optional<std::string> operator_schema(const std::string& name) {
  const auto found = find_operator(name);
  if (!found) return {};
  std::ostringstream text;
  text << found->schema();
  return text.str();
}

OperatorStack call_operator(const std::string& name, OperatorStack arguments) {
  try {
    const auto found = find_operator(name);
    TORCH_CHECK(found, "no loaded library has it");
    found->callBoxed(arguments);
    return arguments;
  } catch (const c10::Error& error) {
    fail("diffaug", name, "failed: " + escaped(error.what_without_backtrace()),
         "compare the pictures with what it takes; `centigan plugins check FILE` tests a plugin");
  }
}

std::vector<std::string> foreign_operator_names() {
  std::vector<std::string> names;
  for (const c10::OperatorName& name : c10::Dispatcher::singleton().getAllOpNames())
    if (is_foreign(name)) names.push_back(name.name);
  std::sort(names.begin(), names.end());
  return names;
}

bool is_step_operator(const std::string& name) {
  const auto found = find_operator(name);
  if (!found) return false;
  const auto &arguments = found->schema().arguments(), &returns = found->schema().returns();
  return arguments.size() == 2 && returns.size() == 1 && is_tensor(arguments[0]) && is_tensor(arguments[1]) &&
         is_tensor(returns[0]);
}

int64_t foreign_draws(const std::string& name) {
  const auto found = find_operator(name + "_draws");
  if (!found) return 1;
  if (!found->schema().arguments().empty() || found->schema().returns().size() != 1) return -1;
  const OperatorStack result = call_operator(name + "_draws", {});
  return result[0].isInt() ? result[0].toInt() : -1;
}

}  // namespace centigan
