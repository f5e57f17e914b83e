// AugSelf (Hou et al., "Augmentation-Aware Self-Supervision for Data-Efficient GAN Training", 2023): a head on D's
// features tells how a picture was augmented; reals aim at the draws, fakes at their negatives.
#pragma once
#include <vector>

#include "judge.h"

namespace centigan {

// Features [N,F] of the augmented picture less those of the plain one -> [N,k].
class AugSelfHead final : public torch::nn::Module {
 public:
  AugSelfHead(int64_t features, int64_t draws, uint64_t seed);
  torch::Tensor forward(const torch::Tensor& difference) const;

 private:
  torch::Tensor hidden_, hidden_bias_, out_, out_bias_;
};

// Mean over pictures and draws of the squared difference, 0 for a draw that did not act. All [N,k]; 0-d.
torch::Tensor augself_error(const torch::Tensor& predicted, const torch::Tensor& target, const torch::Tensor& acted);

class AugSelf {
 public:
  AugSelf(const ObjectiveContext& context, const Judge& judge);
  bool on() const { return head_ != nullptr; }
  const std::shared_ptr<AugSelfHead>& head() const { return head_; }
  void begin_step(const StepInfo& info) { pieces_.assign(info.parts(), {}); }
  void end_step() { pieces_.clear(); }
  // Weighted, 0-d; undefined while off. Looks with raw features. That of D notes what the head learns from.
  torch::Tensor generator_term(const Look& fake, Stats& stats) const;
  torch::Tensor discriminator_term(int64_t piece, const Look& real, const Look& fake, Stats& stats);
  torch::Tensor head_loss(int64_t piece) const;

 private:
  struct Example {
    torch::Tensor difference, draws, acted;
  };
  struct Piece {
    Example real, fake;
  };
  static Example example(const Look& look);
  torch::Tensor error(const Example& example, double sign) const;

  double weight_;
  std::shared_ptr<AugSelfHead> head_;
  std::vector<Piece> pieces_;
};

}  // namespace centigan
