// How D looks at pictures: through augmentation, and with what methods want to see of its inside.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "centigan/trainers/augmenter.h"
#include "centigan/trainers/objectives.h"
#include "regularizers/chain.h"
#include "regularizers/consistency.h"

namespace centigan {

// Pictures, and what D is shown of them.
struct View {
  torch::Tensor images, labels;
  std::string stream;  // of draws
  Augmenter::Shown shown = {};
  bool wants_raw = false;  // features of the plain pictures
};

// One call of D for the pictures of one or several looks.
struct JudgeCall {
  LayeredDiscriminator::Maps maps = {};
  torch::Tensor labels;
  std::vector<int64_t> sizes;  // pictures of each look
};

// A view and what D said about it. Call with maps, features and penalty: of a LayeredDiscriminator.
struct Look : View {
  torch::Tensor logits = {};
  std::shared_ptr<const JudgeCall> call = {};
  int64_t place = 0;                               // among the looks of the call
  torch::Tensor features = {}, raw_features = {};  // of the shown pictures; of the plain ones, where AugSelf is on
  torch::Tensor chain_penalty = {};                // where CHAIN acts
};

class Judge {
 public:
  // A discriminator without layers where a method needs them: usage error.
  explicit Judge(const ObjectiveContext& context);

  // Through T, with the draws of `stream`. `for_methods`: the look will have the raw features.
  View view(const torch::Tensor& images, const torch::Tensor& labels, const std::string& stream, const Batch& batch,
            bool for_methods = false) const;
  // A second view of what is looked at, for consistency: through cr_augment on top, or without any T.
  View second_view(const View& first, const std::string& side, const Batch& batch) const;
  // One call of D for each view, or with loss.joined one for all.
  std::vector<Look> look(std::vector<View> views, const Batch& batch) const;
  Look look(View view, const Batch& batch) const { return look(std::vector<View>{std::move(view)}, batch)[0]; }
  // For R1, with a gradient in View::images: as loss.r1_on says, the plain pictures looked at through T, what T shows
  // of them, or the plain pictures without T.
  View penalty_view(const torch::Tensor& images, const torch::Tensor& labels, const std::string& stream,
                    const Batch& batch, bool for_methods = false) const;
  // In float32, as the 8 bits of bfloat16 are too few for a second derivative, but for float16, as published.
  Look penalty_look(const torch::Tensor& images, const torch::Tensor& labels, const std::string& stream,
                    const Batch& batch) const;
  // Whether penalty_look sees and computes what look does, so that one pass serves both.
  bool same_penalty_look() const;
  // AdvAug: what D says of each look where its last block takes maps that are moved by eta against the loss.
  std::vector<torch::Tensor> attacked_logits(const torch::Tensor& loss, const std::vector<const Look*>& looks,
                                             double eta) const;

  // What D says about reals steers.
  void observe(const Look& reals);
  int64_t feature_size() const { return layers_->feature_size(); }
  Augmenter& augmenter() { return augmenter_; }
  const Augmenter& augmenter() const { return augmenter_; }
  Chain& chain() { return chain_; }
  const Chain& chain() const { return chain_; }

 private:
  void call(Look* looks, int64_t count, const Batch& batch, bool exact) const;
  MapHook hook(Look* looks, int64_t count, const Batch& batch) const;
  torch::Tensor raw_features(const Look& look, const Batch& batch) const;

  std::string r1_on_;
  SecondView second_;
  bool wants_raw_, joined_, exact_penalty_, in_float32_;
  std::shared_ptr<Discriminator> discriminator_;
  std::shared_ptr<LayeredDiscriminator> layers_;  // the same, or null
  Augmenter augmenter_, second_augmenter_;
  Chain chain_;
};

}  // namespace centigan
