// Everything that changes in a run, and the parts of a step.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "batches.h"
#include "centigan/core/comm.h"
#include "centigan/trainers/optimizer.h"
#include "centigan/trainers/pieces.h"
#include "centigan/trainers/train.h"
#include "non_finite.h"
#include "recovery.h"

namespace centigan {

// Gradient of one phase over the whole batch.
struct PhaseGradient {
  torch::Tensor values;  // flat, summed over pieces and processes; undefined: the phase has nothing to do
  bool finite = true;    // of gradient and loss
  std::string bad = {};  // what is not
};

class Training {
 public:
  Training(const TrainConfig& config, TrainParts parts, torch::Device device);

  // What is known about a step before it begins.
  StepInfo info(int64_t step) const;
  // Step by step, as train_with calls them. Setback: the run must go back.
  void begin(const StepInfo& info);
  PhaseGradient accumulate(const Phase& phase, const StepInfo& info);
  void apply(const Phase& phase, const PhaseGradient& gradient, const StepInfo& info);
  void end(const StepInfo& info);

  const std::vector<Phase>& phases() const { return phases_; }
  Stats& stats() { return stats_; }
  const TrainParts& parts() const { return parts_; }
  const NonFinite& non_finite() const { return non_finite_; }
  const Recovery& recovery() const { return recovery_; }
  double lr_scale(const StepInfo& info) const;  // of the schedule, halved by each rollback
  torch::Device device() const { return device_; }
  const Comm& comm() const { return comm_; }
  int threads() const { return pool_.threads(); }
  int operator_threads() const { return pool_.operator_threads(); }  // of each of them
  // While it lives, the network that draws the sample sheets has its averaged weights; null: it has no average.
  std::unique_ptr<FlatAverage::Scope> averaged();

  // All of it but the configuration; `next_step` is the first step not done. Setback: values that are not finite.
  Snapshot save(int64_t next_step);
  // The state before the first step, in little memory.
  Snapshot save_start();
  int64_t load(const Snapshot& snapshot, const std::string& source);  // -> next_step
  // After a setback: drops what the broken step has left in memory; then a load(), and what changes.
  void drop_step();
  void change(const Recovery& recovery) { recovery_ = recovery, non_finite_.begin_anew(); }
  // The networks that TrainerConfig::init names as the start of this training; G is the average there if it holds no
  // other. All else stays new. Differences: Error with the list. Gives the file they came from, "" if init is empty.
  std::string start_from_init();

 private:
  struct Network {
    std::shared_ptr<FlatParameters> parameters;
    std::unique_ptr<FlatAdam> adam;
    std::unique_ptr<FlatAverage> average;
    const AdamConfig* settings = nullptr;
    bool helper = false;
    torch::Tensor gradient;  // flat sum, reused
  };
  struct Result {
    std::vector<torch::Tensor> gradients;
    Stats stats;
    torch::Tensor loss;
  };

  static void add(Result& result, Network& network);
  Result accumulate_piece(const Phase& phase, const StepInfo& info, int64_t part);
  void accumulate_batch(const Phase& phase, const StepInfo& info, int64_t batch, std::vector<Result>& results);
  std::string not_finite() const;  // "the weights of G are", "" if all is finite
  void check_finite(int64_t step) const;

  const TrainConfig config_;
  TrainParts parts_;
  torch::Device device_;
  Comm comm_;
  PiecePool pool_;
  Batches source_;
  std::vector<Phase> phases_;
  std::map<std::string, Network> networks_;
  StepInfo step_;  // that has begun
  std::vector<Batch> batches_;
  Stats stats_;
  NonFinite non_finite_;
  Recovery recovery_;
};

}  // namespace centigan
