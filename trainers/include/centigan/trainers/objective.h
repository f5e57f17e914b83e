// What is optimised: one file in trainers/src/objectives a method.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "centigan/core/snapshot.h"
#include "centigan/models/discriminator.h"
#include "centigan/models/generator.h"

namespace centigan {

// Where a step stands: a pure function of the step number and the config, so resuming changes nothing.
struct StepInfo {
  int64_t step = 0;     // 0, 1, …
  int64_t images = 0;   // pictures shown before this step
  int64_t shift = 0;    // added to the indices of pictures in random streams: another one after each rollback
  int64_t batch = 0;    // pictures of this step over all batches, pieces and processes
  int64_t batches = 1;  // looked at one after the other (TrainerConfig::d_steps, d_accumulations)
  int64_t pieces = 1;   // independent parts of a batch that may run on different threads
  double kimg() const { return images / 1000.0; }
  int64_t parts() const { return batches * pieces; }
};

// The part of a step's data one accumulate call works on.
struct Batch {
  int64_t piece = 0;  // 0 … parts()-1: those of the first batch, of the second, …
  int64_t first = 0;  // global index of its first picture (random streams are indexed by it)
  int64_t size = 0;
  torch::Tensor reals;   // [size,C,H,W] float32 in [-1,1] on the device
  torch::Tensor labels;  // [size,c_dim] one-hot, or undefined
};

// Sums for the log, averaged over steps until the next tick. Tensors stay on the device until then.
class Stats {
 public:
  void add(const std::string& name, const torch::Tensor& value);  // any shape; detached; mean is taken
  void merge(const Stats& other);
  // Forgets what was summed up under names whose sum is not finite, and lists these names: "Loss/G/loss, …".
  std::string drop_not_finite();
  // Means, and starts anew. A name that was seen before but not since the last take() gives NaN: log lines keep their
  // keys.
  std::map<std::string, double> take();
  void save(const std::string& prefix, Snapshot& snapshot) const;
  void load(const std::string& prefix, const Snapshot& snapshot);  // replaces what is there

 private:
  std::map<std::string, std::pair<torch::Tensor, int64_t>> sums_;  // name -> sum (0-d float64), count
};

// One optimised network: its parameters share one optimizer state. `average`: keep an exponential moving average.
struct Trained {
  std::string name;  // "G", "D"
  std::shared_ptr<torch::nn::Module> module;
  bool average = false;
  bool helper = false;  // of a method: not among the networks that another run starts from
};

// One update within a step. Runs when step % interval == 0; the loss is multiplied by gain. Its gradient is the mean
// over `batches` batches of the step, one after the other, from `first_batch` on.
struct Phase {
  std::string name;    // "Gmain", "Dreg", …; different for each phase
  std::string trains;  // name of a Trained
  int64_t interval = 1;
  double gain = 1.0;
  int64_t first_batch = 0, batches = 1;
};

class Objective {
 public:
  virtual ~Objective() = default;
  virtual std::vector<Trained> trained() = 0;
  virtual std::vector<Phase> phases() const = 0;  // in the order they run
  // Once a step, before its phases, on the main thread; once more for a step that is broken off, to drop what it kept.
  virtual void begin_step(const StepInfo& info) = 0;
  // The mean loss over `batch` whose gradient for the phase's parameters the loop takes; undefined: nothing to do.
  // Called for each piece, possibly on several threads at once: state that a piece keeps is indexed by batch.piece.
  virtual torch::Tensor accumulate(const Phase& phase, const Batch& batch, Stats& stats) = 0;
  // A graph made in one phase is used in a later one of the same step: the loop then retains nothing between pieces
  // and micro-batches are not split further.
  virtual bool keeps_graph() const { return false; }
  // After the update of a phase, on the main thread.
  virtual void end_phase(const Phase&) {}
  // After all phases, on the main thread.
  virtual void end_step(const StepInfo&) {}
  // What the objective steers by itself, for log lines: name -> value now. The same names at every call.
  virtual void report(std::map<std::string, double>& /*values*/) const {}
  // State beyond the networks in trained() (running means, heads, a teacher).
  virtual void save(Snapshot&) const {}
  virtual void load(const Snapshot&, const std::string& /*source*/) {}
};

}  // namespace centigan
