#include "stages.h"

#include <ATen/ATen.h>

#include <map>
#include <sstream>

#include "centigan/core/error.h"
#include "centigan/diffaug/ops.h"
#include "operators.h"

namespace centigan {
namespace {

using at::Tensor;

// Ours.

const char* default_ratio(const std::string& op) {
  return op == "translation" ? "0.125" : op == "cutout" ? "0.5" : "0";
}

AugmentStep own_step(const PolicyStep& step) {
  const std::string ratio = short_number(step.ratio);
  const std::string text = ratio == default_ratio(step.op) ? step.op : step.op + ":ratio=" + ratio;
  return {step.op, text, step.gated ? std::optional<double>(step.p) : std::nullopt};
}

void add_own_item(const PolicyItem& item, Stage& stage, std::string& text) {
  text += (text.empty() ? "" : ",") + item.text;
  for (const PolicyStep& step : item.own) {
    const int64_t draws = policy_draws(step);
    stage.steps.push_back(own_step(step));
    stage.parameters.push_back(draws == 2 ? std::vector<std::string>{"rows", "columns"} : std::vector<std::string>{""});
    stage.values += draws;
  }
}

// What stands behind the values is whether a step acted; the gates say that too.
StageResult own_with_parameters(const std::string& text, int64_t values, const StageInput& in) {
  const auto p = in.p.defined() ? std::optional<Tensor>(in.p) : std::nullopt;
  const DiffaugWithParameters result = diffaug_parameters(in.x, in.u, text, p);
  return {result.y, result.parameters.narrow(1, 0, values)};
}

void finish_own(const std::string& text, Stage& stage) {
  stage.images = [text](const StageInput& in) {
    return in.p.defined() ? diffaug(in.x, in.u, text, in.p) : diffaug(in.x, in.u, text);
  };
  const int64_t values = stage.values;
  stage.with_parameters = [text, values](const StageInput& in) { return own_with_parameters(text, values, in); };
}

// A plugin's.

std::string looks_of(const c10::IValue& value) {
  if (!value.isTensor() || !value.toTensor().defined()) return "no tensor";
  const Tensor& t = value.toTensor();
  std::ostringstream text;
  text << at::toString(t.scalar_type()) << " " << t.sizes() << " on " << t.device();
  return text.str();
}

bool looks_alike(const c10::IValue& value, const Tensor& x) {
  if (!value.isTensor() || !value.toTensor().defined()) return false;
  const Tensor& t = value.toTensor();
  return t.sizes() == x.sizes() && t.scalar_type() == x.scalar_type() && t.device() == x.device();
}

Tensor foreign_images(const std::string& name, std::optional<double> p, int64_t values, const StageInput& in) {
  const OperatorStack result = call_operator(name, {in.x, in.u.narrow(1, 0, values)});
  if (!looks_alike(result[0], in.x))
    fail("diffaug", name, "gave " + looks_of(result[0]) + " for " + looks_of(in.x),
         "a step gives pictures of the same shape, type and device");
  if (in.u.size(1) == values) return result[0].toTensor();
  const Tensor gate = in.u.narrow(1, values, 1);
  const Tensor acts = in.p.defined() ? gate.lt(in.p) : gate.lt(*p);
  return at::where(acts.view({-1, 1, 1, 1}), result[0].toTensor(), in.x);
}

// What its draws mean only the plugin knows, so the draws are its parameters.
Stage foreign_stage(const std::string& policy, const PolicyItem& item) {
  const std::string name = item.name;
  const auto schema = operator_schema(name);
  if (!schema)
    refuse_policy(policy, "no operator is called " + name,
                  did_you_mean(name, foreign_operator_names(), "load its library with --plugin FILE"));
  const int64_t values = foreign_draws(name);
  if (!is_step_operator(name) || values < 0)
    refuse_policy(policy, "is no step: " + *schema + (values < 0 ? ", and " + name + "_draws() gives no number" : ""),
                  "a step is " + name + "(Tensor x, Tensor u) -> Tensor beside " + name + "_draws() -> int");
  Stage stage;
  stage.steps = {{name, name, item.p}};
  stage.values = values;
  stage.parameters.emplace_back();
  for (int64_t i = 0; i < values; ++i) stage.parameters[0].push_back(std::to_string(i));
  stage.images = [=](const StageInput& in) { return foreign_images(name, item.p, values, in); };
  stage.with_parameters = [=](const StageInput& in) -> StageResult {
    return {foreign_images(name, item.p, values, in), in.u.narrow(1, 0, values).detach().to(at::kFloat, false, true)};
  };
  return stage;
}

// Names of equal steps are told apart by their number.
void make_names_unique(std::vector<Stage>& stages) {
  std::map<std::string, int> seen;
  for (Stage& stage : stages) {
    for (AugmentStep& step : stage.steps) {
      const int count = ++seen[step.name];
      if (count > 1) step.name += "-" + std::to_string(count);
    }
  }
}

}  // namespace

int64_t Stage::gates(bool with_p) const {
  if (inner_gates > 0) return inner_gates;
  int64_t written = 0;
  for (const AugmentStep& step : steps) written += step.p.has_value();
  return with_p ? static_cast<int64_t>(steps.size()) : written;
}

std::vector<std::string> Stage::parameter_names() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < steps.size(); ++i)
    for (const std::string& part : parameters[i])
      names.push_back(parameters[i].size() == 1 ? steps[i].name : steps[i].name + "." + part);
  return names;
}

std::vector<Stage> make_stages(const std::string& policy, const std::vector<PolicyItem>& items) {
  std::vector<Stage> stages;
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].kind == PolicyItem::Kind::kForeign) stages.push_back(foreign_stage(policy, items[i]));
    if (items[i].kind == PolicyItem::Kind::kAda) stages.push_back(ada_stage(items[i]));
    if (items[i].kind != PolicyItem::Kind::kOwn) continue;
    Stage stage;
    std::string text;
    add_own_item(items[i], stage, text);
    for (; i + 1 < items.size() && items[i + 1].kind == PolicyItem::Kind::kOwn; ++i)
      add_own_item(items[i + 1], stage, text);
    finish_own(text, stage);
    stages.push_back(std::move(stage));
  }
  make_names_unique(stages);
  return stages;
}

Tensor acted_of(const Stage& stage, const Tensor& gates, const Tensor& p) {
  if (stage.acted) return stage.acted(gates, p);
  std::vector<Tensor> columns;
  int64_t gate = 0;
  for (size_t i = 0; i < stage.steps.size(); ++i) {
    const auto& written = stage.steps[i].p;
    if (p.defined())
      columns.push_back(gates.select(1, gate++).lt(p[i]));
    else
      columns.push_back(written ? gates.select(1, gate++).lt(*written)
                                : at::ones({gates.size(0)}, gates.options().dtype(at::kBool)));
  }
  return at::stack(columns, 1);
}

}  // namespace centigan
