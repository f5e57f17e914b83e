// How D looks at pictures: through augmentation, and with what methods want to see of its inside.
#pragma once
#include <memory>
#include <string>

#include "centigan/trainers/augmenter.h"
#include "centigan/trainers/objectives.h"
#include "regularizers/chain.h"

namespace centigan {

// Pictures, what D saw of them, and what it said. Maps, features and penalty: of a LayeredDiscriminator.
struct Look {
  torch::Tensor images;
  Augmenter::Shown shown;
  torch::Tensor logits;
  LayeredDiscriminator::Maps maps = {};
  torch::Tensor features = {}, raw_features = {};  // of the shown pictures; of the plain ones, where AugSelf is on
  torch::Tensor chain_penalty = {};                // where CHAIN acts
};

class Judge {
 public:
  // A discriminator without layers where a method needs them: usage error.
  explicit Judge(const ObjectiveContext& context);

  // Through T, with the draws of `stream`. `for_methods`: with the raw features.
  Look look(const torch::Tensor& images, const std::string& stream, const Batch& batch, bool for_methods = false) const;
  // In float32, with a gradient in Look::images: as loss.r1_on says, the plain pictures looked at through T, what T
  // shows of them, or the plain pictures without T.
  Look exact_look(const torch::Tensor& images, const std::string& stream, const Batch& batch) const;
  // A second view of what was looked at, for consistency: through cr_augment on top, or without any T.
  torch::Tensor second_logits(const Look& first, const std::string& side, const Batch& batch) const;
  // What D says where its last block takes other maps.
  torch::Tensor logits_of(const Look& look, const torch::Tensor& maps, const Batch& batch) const;

  // What D says about reals steers.
  void observe(const Look& reals);
  int64_t feature_size() const { return layers_->feature_size(); }
  Augmenter& augmenter() { return augmenter_; }
  const Augmenter& augmenter() const { return augmenter_; }
  Chain& chain() { return chain_; }
  const Chain& chain() const { return chain_; }

 private:
  void judge(Look& look, const std::string& stream, const Batch& batch, bool exact) const;
  torch::Tensor raw_features(const torch::Tensor& images, const std::string& stream, const Batch& batch) const;

  std::string r1_on_;
  bool plain_view_, wants_raw_;
  std::shared_ptr<Discriminator> discriminator_;
  std::shared_ptr<LayeredDiscriminator> layers_;  // the same, or null
  Augmenter augmenter_, second_view_;
  Chain chain_;
};

}  // namespace centigan
