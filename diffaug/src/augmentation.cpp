#include "centigan/diffaug/augmentation.h"

#include <ATen/ATen.h>

#include <sstream>

#include "centigan/core/error.h"
#include "stages.h"

namespace centigan {
namespace {

using at::Tensor;

// The one error for arguments of apply().
template <class... Parts>
void check_argument(bool good, const std::string& policy, const Parts&... parts) {
  if (good) return;
  std::ostringstream text;
  (text << ... << parts);
  fail("diffaug", "policy '" + policy + "'", text.str(), "see centigan/diffaug/augmentation.h for shapes and columns");
}

class Chain final : public Augmentation {
 public:
  Chain(std::string text, std::vector<Stage> stages) : text_(std::move(text)), stages_(std::move(stages)) {
    for (const Stage& stage : stages_) {
      steps_.insert(steps_.end(), stage.steps.begin(), stage.steps.end());
      values_ += stage.values;
    }
  }

  std::string text() const override { return text_; }
  const std::vector<AugmentStep>& steps() const override { return steps_; }
  int64_t value_draws() const override { return values_; }

  int64_t gate_draws(bool with_p) const override {
    int64_t gates = 0;
    for (const Stage& stage : stages_) gates += stage.gates(with_p);
    return gates;
  }

  bool takes_noise() const override {
    for (const Stage& stage : stages_)
      if (stage.takes_noise) return true;
    return false;
  }

  std::vector<std::string> parameter_names() const override {
    std::vector<std::string> names;
    for (const Stage& stage : stages_)
      for (const std::string& name : stage.parameter_names()) names.push_back(name);
    return names;
  }

  Tensor apply(const Tensor& x, const Tensor& u, const AugmentOptions& options) const override {
    check(x, u, options);
    if (stages_.empty()) return x.clone();
    Tensor y = x;
    for_each_stage(u, options, [&](const Stage& stage, StageInput& in) {
      in.x = y;
      y = stage.images(in);
    });
    return y;
  }

  Augmented apply_with_parameters(const Tensor& x, const Tensor& u, const AugmentOptions& options) const override {
    check(x, u, options);
    Augmented result = {stages_.empty() ? x.clone() : x, {}, acted(u, options.p)};
    std::vector<Tensor> parameters = {at::empty({x.size(0), 0}, u.options().dtype(at::kFloat))};
    for_each_stage(u, options, [&](const Stage& stage, StageInput& in) {
      in.x = result.images;
      StageResult step = stage.with_parameters(in);
      result.images = step.images;
      parameters.push_back(step.parameters.to(at::kFloat));
    });
    result.parameters = at::cat(parameters, 1);
    return result;
  }

  Tensor acted(const Tensor& u, const Tensor& p) const override {
    check_columns(u, p);
    std::vector<Tensor> columns = {at::empty({u.size(0), 0}, u.options().dtype(at::kBool))};
    int64_t gate = values_, step = 0;
    for (const Stage& stage : stages_) {
      const int64_t gates = stage.gates(p.defined()), count = stage.steps.size();
      columns.push_back(acted_of(stage, u.detach().narrow(1, gate, gates), part_of(p, step, count)));
      gate += gates, step += count;
    }
    return at::cat(columns, 1);
  }

 private:
  template <class Visit>
  void for_each_stage(const Tensor& u, const AugmentOptions& options, const Visit& visit) const {
    int64_t value = 0, gate = values_, step = 0;
    for (const Stage& stage : stages_) {
      const int64_t gates = stage.gates(options.p.defined()), count = stage.steps.size();
      StageInput in;
      in.u = columns(u, value, stage.values, gate, gates);
      in.p = part_of(options.p, step, count);
      in.noise = stage.takes_noise ? options.noise : Tensor();
      visit(stage, in);
      value += stage.values, gate += gates, step += count;
    }
  }

  // Columns that lie side by side are not copied.
  static Tensor columns(const Tensor& u, int64_t value, int64_t values, int64_t gate, int64_t gates) {
    if (gates == 0 || value + values == gate) return u.narrow(1, value, values + gates);
    return at::cat({u.narrow(1, value, values), u.narrow(1, gate, gates)}, 1);
  }

  static Tensor part_of(const Tensor& p, int64_t first, int64_t count) {
    if (!p.defined()) return p;
    return p.dim() == 0 ? p.detach().expand({count}) : p.detach().narrow(0, first, count);
  }

  void check(const Tensor& x, const Tensor& u, const AugmentOptions& options) const {
    check_argument(x.dim() == 4 && at::isFloatingType(x.scalar_type()), text_, "x must be floating [N,C,H,W], got ",
                   x.scalar_type(), " ", x.sizes());
    check_columns(u, options.p);
    check_argument(u.size(0) == x.size(0), text_, "u has ", u.size(0), " rows for ", x.size(0), " pictures");
    check_argument(u.device() == x.device(), text_, "u is on ", u.device(), ", x on ", x.device());
    check_argument(!takes_noise() || (options.noise.defined() && options.noise.sizes() == x.sizes()), text_,
                   "noise must be like x, ", x.sizes());
  }

  void check_columns(const Tensor& u, const Tensor& p) const {
    const int64_t count = steps_.size(), width = draws(p.defined());
    check_argument(u.dim() == 2 && u.size(1) == width, text_, "u must be [N, ", width, "], got ", u.sizes());
    if (!p.defined()) return;
    check_argument(p.dim() == 0 || (p.dim() == 1 && p.size(0) == count), text_, "p must be [] or [", count, "], got ",
                   p.sizes());
    for (const AugmentStep& step : steps_)
      check_argument(!step.p, text_, step.name, " has p= of its own, and p is given as well");
  }

  std::string text_;
  std::vector<Stage> stages_;
  std::vector<AugmentStep> steps_;
  int64_t values_ = 0;
};

}  // namespace

std::unique_ptr<Augmentation> make_augmentation(const std::string& policy) {
  return std::make_unique<Chain>(policy, make_stages(policy, policy_items(policy)));
}

}  // namespace centigan
