// What stands between pictures and the discriminator: a policy, whose steps may come from several operator libraries.
// docs/augmentation.md has the grammar.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace centigan {

// What acts on a picture or not, as a whole.
struct AugmentStep {
  std::string name;         // unique in its policy: brightness, cutout-2 (the second one), ada:bgc, acme::swirl
  std::string text;         // a policy of this step alone, without its p
  std::optional<double> p;  // the probability that is written
};

// What apply() takes beside the draws.
struct AugmentOptions {
  torch::Tensor p = {};      // [] or [steps] on x's device: probabilities in place of written ones. Undefined: those
  torch::Tensor noise = {};  // like x, N(0,1); needed where takes_noise()
};

struct Augmented {
  torch::Tensor images;
  torch::Tensor parameters;  // float32 [N,m], what the draws meant: parameter_names(). No gradient
  torch::Tensor acted;       // bool [N,steps]
};

// Draws are the columns of u, uniform in [0,1): those for the values of all steps in written order, behind them those
// of the gates. A step with a probability has one gate column and acts where that draw is below the probability; ADA
// has its own. With AugmentOptions::p every step has a gate. Pictures are differentiable twice in x.
class Augmentation {
 public:
  virtual ~Augmentation() = default;
  virtual std::string text() const = 0;  // the policy that made it
  virtual const std::vector<AugmentStep>& steps() const = 0;
  virtual bool takes_noise() const = 0;
  virtual int64_t value_draws() const = 0;
  virtual int64_t gate_draws(bool with_p = false) const = 0;
  int64_t draws(bool with_p = false) const { return value_draws() + gate_draws(with_p); }

  // x [N,C,H,W] floating, u [N,draws(options.p.defined())] on x's device -> x augmented. Wrong arguments, and a
  // plugin's operator that fails or gives something else than pictures like x: Error.
  virtual torch::Tensor apply(const torch::Tensor& x, const torch::Tensor& u,
                              const AugmentOptions& options = {}) const = 0;
  // The same with the parameters used: to learn from, to log, or to compare.
  virtual Augmented apply_with_parameters(const torch::Tensor& x, const torch::Tensor& u,
                                          const AugmentOptions& options = {}) const = 0;
  virtual std::vector<std::string> parameter_names() const = 0;
  // bool [N,steps]: which steps act on which pictures.
  virtual torch::Tensor acted(const torch::Tensor& u, const torch::Tensor& p = {}) const = 0;
};

// "color,translation:ratio=0.2,cutout:p=0.5,ada:bgc,acme::swirl"; empty: a copy. Consecutive words of ours are one call
// of centigan::diffaug. Unknown words, options and operators: usage error with the nearest known one.
std::unique_ptr<Augmentation> make_augmentation(const std::string& policy);

}  // namespace centigan
