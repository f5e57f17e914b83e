// ADA's pipeline (Karras et al., 2020) as one step of a policy.
#include <ATen/ATen.h>

#include "centigan/diffaug/leaks.h"
#include "operators.h"
#include "stages.h"

namespace centigan {
namespace {

using at::Tensor;

// Gates of a group: one for each of its operations, four for the bands of the filter.
int64_t gates_of_group(const std::string& group) {
  if (group == "blit") return 3;
  if (group == "geom" || group == "color") return 5;
  return group == "filter" ? 4 : 1;
}

// p of the call: steered, written, or none for always.
c10::IValue ada_p(const std::optional<double>& written, const StageInput& in) {
  if (in.p.defined()) return in.p.reshape({}).to(at::kFloat);
  if (!written) return {};
  return at::scalar_tensor(*written, in.x.options().dtype(at::kFloat).requires_grad(false));
}

OperatorStack ada_arguments(const std::string& combination, const std::optional<double>& p, const StageInput& in) {
  return {in.x, in.u, combination, ada_p(p, in), in.noise.defined() ? c10::IValue(in.noise) : c10::IValue()};
}

// An operation acts where its gate is open; the step acts where one of its operations does.
Tensor ada_acted(const std::optional<double>& written, const Tensor& gates, const Tensor& p) {
  if (!p.defined() && !written) return at::ones({gates.size(0), 1}, gates.options().dtype(at::kBool));
  return (p.defined() ? gates.lt(p.reshape({})) : gates.lt(*written)).any(1, /*keepdim=*/true);
}

}  // namespace

Stage ada_stage(const std::string& policy, const PolicyItem& item) {
  if (!operator_schema("centigan::ada"))
    refuse_policy(policy, "ADA is not part of this build", "use color, translation and cutout");
  const std::string combination = item.name;
  Stage stage;
  stage.steps = {{"ada:" + combination, "ada:" + combination, item.p}};
  stage.parameters.emplace_back();
  for (const std::string& group : ada_groups(combination)) {
    stage.inner_gates += gates_of_group(group);
    stage.takes_noise |= group == "noise";
  }
  stage.values = call_operator("centigan::ada_draws", {combination})[0].toInt() - stage.inner_gates;
  stage.images = [combination, p = item.p](const StageInput& in) {
    return call_operator("centigan::ada", ada_arguments(combination, p, in))[0].toTensor();
  };
  stage.with_parameters = [combination, p = item.p](const StageInput& in) -> StageResult {
    const OperatorStack results = call_operator("centigan::ada.parameters", ada_arguments(combination, p, in));
    return {results[0].toTensor(), results[1].toTensor()};
  };
  stage.acted = [p = item.p](const Tensor& gates, const Tensor& steered) { return ada_acted(p, gates, steered); };
  return stage;
}

}  // namespace centigan
