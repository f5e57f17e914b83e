// D's scores of pictures it trains on, of held-out ones and of fakes, all looked at in the same way: without
// augmentation, in eval mode. Their gap is the sign of overfitting.
#pragma once
#include <map>
#include <string>

#include "centigan/trainers/train.h"

namespace centigan {

class HeldOutScores {
 public:
  HeldOutScores(const TrainConfig& config, const TrainParts& parts, torch::Device device);
  // Overfit/scores/{real,held_out,fake} and Overfit/r_v, the share of the way from reals to fakes that the held-out
  // ones have gone: 0 no overfitting, 1 they score like fakes (Karras et al., 2020, equation 1). Up to 64 of each,
  // always the same ones and the same latents; draws nothing, changes no state. Nothing without held-out pictures.
  void report(std::map<std::string, double>& values) const;

 private:
  struct Pictures {
    torch::Tensor images, labels;  // float [n,C,H,W] in [-1,1]; [n,classes], or undefined
  };
  Pictures some_of(const Dataset& dataset) const;
  double score(const torch::Tensor& images, const torch::Tensor& labels) const;

  int64_t classes_, split_seed_, look_;  // look_: pictures that D sees together
  torch::Device device_;
  std::shared_ptr<Generator> generator_;
  std::shared_ptr<Discriminator> discriminator_;
  Pictures real_, held_out_;
};

}  // namespace centigan
