#include "centigan/core/error.h"
#include "centigan/trainers/distillation.h"
#include "centigan/trainers/objectives.h"
#include "centigan/trainers/train.h"

namespace centigan {
namespace {

std::unique_ptr<Objective> distill_from_run(const ObjectiveContext& context) {
  const Run teacher = open_run(context.config.loss.teacher);
  return make_distill(distill_parts(context.config, teacher, context.generator, context.device));
}

struct Entry {
  const char* name;
  bool takes_reals;
  std::unique_ptr<Objective> (*make)(const ObjectiveContext&);
};

// One line an objective.
constexpr Entry kObjectives[] = {
    {"nonsaturating", true, make_nonsaturating},
    {"hinge", true, make_hinge},
    {"relativistic", true, make_relativistic},
    {"distill", false, distill_from_run},
};

const Entry& find_entry(const std::string& name) {
  for (const Entry& entry : kObjectives)
    if (name == entry.name) return entry;
  fail_usage("config", "loss.objective", escaped(name) + " is not an objective",
             did_you_mean(name, objective_names(), "nonsaturating trains a GAN, distill a student"));
}

}  // namespace

std::vector<std::string> objective_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kObjectives) names.push_back(entry.name);
  return names;
}

bool objective_takes_reals(const std::string& name) {
  return find_entry(name).takes_reals;
}

std::unique_ptr<Objective> make_objective(const ObjectiveContext& context) {
  return find_entry(context.config.loss.objective).make(context);
}

}  // namespace centigan
