#include "plugin_features.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>

#include "centigan/core/error.h"
#include "centigan/core/plugins.h"

namespace centigan {
namespace {

class PluginFeatures final : public FeatureNetwork {
 public:
  PluginFeatures(const std::string& name, const c10::OperatorHandle& op) : name_(name), op_(op) {
    width_ = forward(at::full({1, 3, 64, 64}, 127.0f)).size(1);
  }
  int64_t width() const override { return width_; }
  int64_t side() const override { return 0; }
  const char* resize_rule() const override { return "none"; }

  torch::Tensor forward(const torch::Tensor& pictures) const override {
    torch::jit::Stack stack{pictures};
    op_.callBoxed(stack);
    const at::Tensor result = stack.size() == 1 && stack[0].isTensor() ? stack[0].toTensor() : at::Tensor();
    const bool rows = result.defined() && result.dim() == 2 && result.size(0) == pictures.size(0) &&
                      (width_ == 0 || result.size(1) == width_);
    if (!rows)
      fail("metrics", name_, "does not return one row of features for each picture",
           "its schema is features(Tensor pictures) -> Tensor; it gets [N,3,H,W] and returns [N,width]");
    return result.to(at::kFloat);
  }

 private:
  std::string name_;
  c10::OperatorHandle op_;
  int64_t width_ = 0;
};

}  // namespace

std::unique_ptr<FeatureNetwork> make_plugin_features(const std::string& name) {
  const auto op = c10::Dispatcher::singleton().findSchema({name, ""});
  const bool fits = op && op->schema().arguments().size() == 1 && op->schema().returns().size() == 1 &&
                    op->schema().arguments()[0].type()->kind() == c10::TypeKind::TensorType;
  if (!fits)
    fail_usage("metrics", name, "no operator of that name takes pictures alone",
               "load its library with --plugin FILE; `centigan plugins list --plugin FILE` shows what it defines");
  return std::make_unique<PluginFeatures>(name, *op);
}

std::string plugin_hash(const std::string& name) {
  for (const auto& plugin : loaded_plugins()) {
    if (std::find(plugin.operators.begin(), plugin.operators.end(), name) != plugin.operators.end())
      return plugin.sha256;
  }
  return "";
}

}  // namespace centigan
