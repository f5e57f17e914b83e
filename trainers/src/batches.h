// The reals of a step, cut into its pieces.
#pragma once
#include <memory>
#include <vector>

#include "centigan/data/dataset.h"
#include "centigan/trainers/objective.h"
#include "centigan/trainers/train_config.h"

namespace centigan {

class Batches {
 public:
  // Without data batches hold no pictures. `config` outlives this.
  Batches(const TrainConfig& config, const Dataset* data, torch::Device device);

  std::vector<Batch> take(const StepInfo& info);
  // On an accelerator the next step's pictures are made and copied while its queue works.
  void look_ahead(const StepInfo& next);
  void drop() { next_.clear(); }

 private:
  Batch make(const StepInfo& info, int64_t part) const;
  std::vector<Batch> make(const StepInfo& info) const;

  const TrainConfig& config_;
  torch::Device device_;
  std::unique_ptr<Sampler> sampler_;
  StepInfo next_info_;  // that of next_, if there are any
  std::vector<Batch> next_;
};

}  // namespace centigan
