// Adam over one flat buffer, and the average of the weights over the same buffer.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <memory>
#include <string>
#include <vector>

#include "centigan/core/snapshot.h"
#include "centigan/trainers/schedule.h"

namespace centigan {

// The parameters of a module laid out in one contiguous float32 buffer. The registered tensors stay the same objects
// and become views of it, so writing the buffer changes the network. The module must outlive it and must not be moved
// to another device or reassigned afterwards.
class FlatParameters {
 public:
  explicit FlatParameters(std::shared_ptr<torch::nn::Module> module);

  torch::nn::Module& module() const { return *module_; }
  int64_t size() const { return values_.numel(); }
  torch::Tensor& values() { return values_; }                           // [size]
  const std::vector<torch::Tensor>& inputs() const { return inputs_; }  // parameters that get gradients, in order
  // Adds gradients (one for each of inputs(), undefined: none) into `sum` [size].
  void add_gradients(const std::vector<torch::Tensor>& gradients, torch::Tensor& sum) const;
  // To be called after values() was written: tells autograd that the parameters are other ones now.
  void changed();

 private:
  std::shared_ptr<torch::nn::Module> module_;
  std::vector<torch::Tensor> inputs_;
  std::vector<int64_t> offsets_;  // of inputs_
  torch::Tensor values_;
};

// True if every element is finite. float32, contiguous.
bool all_finite(const torch::Tensor& values);

// Adam (Kingma and Ba, 2015) with bias correction; one fused pass on the CPU.
class FlatAdam {
 public:
  FlatAdam(std::shared_ptr<FlatParameters> parameters, AdamSettings settings);
  // gradient [size], finite. `lr` as scheduled; the lazy factor is applied here.
  void step(const torch::Tensor& gradient, double lr);
  bool finite() const { return all_finite(exp_avg_) && all_finite(exp_avg_sq_); }
  void save(const std::string& prefix, Snapshot& snapshot) const;
  void load(const std::string& prefix, const Snapshot& snapshot, const std::string& source);

 private:
  std::shared_ptr<FlatParameters> parameters_;
  AdamSettings settings_;
  torch::Tensor exp_avg_, exp_avg_sq_;
  int64_t steps_ = 0;
};

// Exponential moving average of the parameters. Buffers are averaged too if asked for, else those of the module.
class FlatAverage {
 public:
  explicit FlatAverage(std::shared_ptr<FlatParameters> parameters, bool with_buffers = false);
  // average <- parameters + beta * (average - parameters)
  void update(double beta);
  bool finite() const;

  // While it lives the module holds the averaged weights.
  class Scope {
   public:
    explicit Scope(FlatAverage& average);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    FlatAverage& average_;
    torch::Tensor saved_;
    std::vector<torch::Tensor> saved_buffers_;
  };

  void save(const std::string& prefix, Snapshot& snapshot);
  // Reads through the module: call it before the module's own weights are loaded.
  void load(const std::string& prefix, const Snapshot& snapshot, const std::string& source);

 private:
  std::shared_ptr<FlatParameters> parameters_;
  torch::Tensor average_;
  std::vector<torch::Tensor> buffers_, averaged_buffers_;  // of the module, and their averages
};

}  // namespace centigan
