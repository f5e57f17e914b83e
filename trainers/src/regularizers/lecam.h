// LeCam regularisation (Tseng et al., "Regularizing Generative Adversarial Networks under Limited Data", 2021).
#pragma once
#include <map>
#include <string>
#include <vector>

#include "centigan/trainers/method_config.h"
#include "centigan/trainers/objective.h"

namespace centigan {

// Scores [N,1]; the means 0-d. E[(real - fake_mean)^2] + E[(fake - real_mean)^2]; one-sided: only where a real scores
// above the fakes' mean, or a fake below the reals'. 0-d.
torch::Tensor lecam_penalty(const torch::Tensor& real, const torch::Tensor& fake, const torch::Tensor& real_mean,
                            const torch::Tensor& fake_mean, bool onesided);

// The running means of scores over D's steps: a <- decay a + (1 - decay) batch mean, from the first batch on.
class LeCam {
 public:
  LeCam(const MethodConfig& config, torch::Device device);
  bool on() const { return config_.lecam > 0.0; }
  void begin_step(const StepInfo& info);
  // Weighted, 0-d; undefined while it is off or warming up. Notes the scores of the piece.
  torch::Tensor term(int64_t piece, const torch::Tensor& real, const torch::Tensor& fake, Stats& stats);
  void end_update();                                         // of D
  void report(std::map<std::string, double>& values) const;  // Loss/lecam/real, Loss/lecam/fake
  void save(Snapshot& snapshot) const;
  void load(const Snapshot& snapshot);

 private:
  MethodConfig config_;
  torch::Tensor means_;                // float64 [2], reals and fakes; NaN before the first batch
  int64_t steps_ = 0;                  // of D that the means have seen
  std::vector<torch::Tensor> pieces_;  // float64 [2] each
};

}  // namespace centigan
