// Layers of the BigGAN networks.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "centigan/models/discriminator.h"
#include "layout.h"

namespace centigan {

using Sizes = std::vector<int64_t>;

// First values of a layer as a function of (seed, network and state-dict name).
class LayerInit {
 public:
  LayerInit(uint64_t seed, std::string name, std::string method)
      : seed_(seed), name_(std::move(name)), method_(std::move(method)) {}
  LayerInit child(const std::string& name) const { return {seed_, name_ + "." + name, method_}; }
  torch::Tensor weight(const Sizes& shape) const;
  torch::Tensor bias(int64_t size, int64_t fan_in) const;  // uniform in +-1/sqrt(fan_in)
  torch::Tensor singular_vector(int64_t rows) const;       // [1,rows], N(0,1), not normalised

 private:
  torch::Tensor drawn(const std::string& name, const Sizes& shape, bool normal) const;
  uint64_t seed_;
  std::string name_, method_;
};

// One step of the power iteration for weight [rows,rest] from u [1,rows]: the next u, v [1,rest], and sigma [], which
// is differentiable in the weight with u and v constant.
struct SpectralStep {
  torch::Tensor u, v, sigma;
};
SpectralStep spectral_step(const torch::Tensor& weight, const torch::Tensor& u, double eps);

// What a network of this configuration computes its maps in: bfloat16, or the type of its parameters.
torch::ScalarType biggan_type(const ModelConfig& config, const torch::Tensor& parameter);

// A weight that is used divided by its largest singular value, as convolution, linear layer or table of rows.
class SpectralLayer final : public torch::nn::Module {
 public:
  SpectralLayer(const LayerInit& init, const Sizes& shape, bool bias, double eps);
  torch::Tensor weight();
  // In the type of x. `hook` (may be null) sees the map before the bias.
  torch::Tensor convolve(const torch::Tensor& x, const MapHook& hook = nullptr);  // keeps the size of the map
  torch::Tensor convolve_enlarged(const torch::Tensor& x);                        // of x enlarged to twice its size
  torch::Tensor convolve_shrunk(const torch::Tensor& x);  // the result shrunk to half its size, by means of four
  torch::Tensor linear(const torch::Tensor& x);
  torch::Tensor rows(const torch::Tensor& c);  // c [N,rows] weighs the rows: one-hot picks one
  const torch::Tensor& parameter() const { return weight_; }
  torch::ScalarType type() const { return weight_.scalar_type(); }

 private:
  double eps_;
  torch::Tensor weight_, bias_, u0_, sv0_;
};

// A table of rows without spectral norm.
class ClassTable final : public torch::nn::Module {
 public:
  ClassTable(const LayerInit& init, int64_t classes, int64_t size);
  torch::Tensor rows(const torch::Tensor& c) const;

 private:
  torch::Tensor weight_;
};

// Batch norm with a scale and an offset for each picture, and ReLU; running statistics with momentum 0.1.
class BatchStatistics : public torch::nn::Module {
 public:
  BatchStatistics(int64_t channels, const BigGanConfig& config);
  void begin_standing();
  void end_standing();  // running statistics become the averages since begin_standing()

 protected:
  // gain, bias [N,C] or [1,C].
  torch::Tensor normalized(const torch::Tensor& x, const torch::Tensor& gain, const torch::Tensor& bias);

 private:
  void keep(const torch::Tensor& mean, const torch::Tensor& var, int64_t count);

  double eps_;
  bool running_;  // outside training
  torch::Tensor stored_mean_, stored_var_;
  torch::Tensor sum_of_means_, sum_of_vars_;
  int64_t passes_ = -1;  // -1: not standing
};

class ConditionalNorm final : public BatchStatistics {
 public:
  ConditionalNorm(const LayerInit& init, const ModelConfig& config, int64_t channels);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& code);

 private:
  std::shared_ptr<SpectralLayer> gain_, bias_;
  std::shared_ptr<ClassTable> gain_table_, bias_table_;  // instead of them
};

class OutputNorm final : public BatchStatistics {
 public:
  OutputNorm(int64_t channels, const BigGanConfig& config);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor gain_, bias_;
};

class SelfAttention final : public torch::nn::Module {
 public:
  SelfAttention(const LayerInit& init, int64_t channels, double eps);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  std::shared_ptr<SpectralLayer> theta_, phi_, g_, o_;
  torch::Tensor gamma_;
};

// "<name>.0", "<name>.1", … of `parent`: the release keeps layers in lists.
std::shared_ptr<torch::nn::Module> add_list(torch::nn::Module& parent, const std::string& name);

}  // namespace centigan
