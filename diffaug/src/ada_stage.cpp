// ADA's pipeline (Karras et al., 2020) as one step of a policy.
#include <ATen/ATen.h>

#include <cmath>

#include "centigan/diffaug/ada.h"
#include "operators.h"
#include "stages.h"

namespace centigan {
namespace {

using at::Tensor;

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// Steered, written, or none for always.
c10::IValue ada_p(const std::optional<double>& written, const StageInput& in) {
  if (in.p.defined()) return in.p.reshape({});
  if (!written) return {};
  return at::scalar_tensor(*written, in.x.options().dtype(at::kDouble).requires_grad(false));
}

OperatorStack ada_arguments(const std::string& combination, const std::optional<double>& p, const StageInput& in) {
  const c10::IValue noise = in.noise.defined() ? c10::IValue(in.noise.to(in.x.scalar_type())) : c10::IValue();
  return {in.x, in.u, combination, ada_p(p, in), noise};
}

// The gates of the operator: names of its parameters that say whether something acted.
std::vector<std::string> ada_gates(const std::string& combination) {
  std::vector<std::string> gates;
  for (const std::string& name : ada_parameters(combination))
    if (ends_with(name, "_acted")) gates.push_back(name);
  return gates;
}

// The step acts where one of its operations does; each of the two rotations does below 1 - sqrt(1 - p).
Tensor ada_acted(const std::vector<std::string>& names, const std::optional<double>& written, const Tensor& gates,
                 const Tensor& steered) {
  if (!steered.defined() && !written) return at::ones({gates.size(0), 1}, gates.options().dtype(at::kBool));
  const auto options = gates.options().dtype(at::kDouble);
  const Tensor p = steered.defined() ? steered.reshape({}).to(at::kDouble) : at::scalar_tensor(*written, options);
  Tensor acted = at::zeros({gates.size(0), 1}, gates.options().dtype(at::kBool));
  for (size_t i = 0; i < names.size(); ++i) {
    const bool rotation = names[i].rfind("rotate_", 0) == 0;
    acted |= gates.narrow(1, static_cast<int64_t>(i), 1).to(at::kDouble).lt(rotation ? 1 - (1 - p).sqrt() : p);
  }
  return acted;
}

}  // namespace

Stage ada_stage(const PolicyItem& item) {
  const std::string combination = item.name;
  const std::optional<double> p = item.p;
  const std::vector<std::string> gates = ada_gates(combination);
  Stage stage;
  stage.steps = {{"ada:" + combination, "ada:" + combination, p}};
  stage.parameters = {ada_parameters(combination)};
  stage.parameters[0].resize(stage.parameters[0].size() - gates.size());
  stage.inner_gates = static_cast<int64_t>(gates.size());
  stage.values = ada_draws(combination) - stage.inner_gates;
  stage.takes_noise = ada_needs_noise(combination);
  stage.images = [=](const StageInput& in) {
    return call_operator("centigan::ada", ada_arguments(combination, p, in))[0].toTensor();
  };
  const int64_t parameters = static_cast<int64_t>(stage.parameters[0].size());
  stage.with_parameters = [=](const StageInput& in) -> StageResult {
    const OperatorStack results = call_operator("centigan::ada.parameters", ada_arguments(combination, p, in));
    return {results[0].toTensor(), results[1].toTensor().narrow(1, 0, parameters)};
  };
  stage.acted = [=](const Tensor& columns, const Tensor& steered) { return ada_acted(gates, p, columns, steered); };
  return stage;
}

}  // namespace centigan
