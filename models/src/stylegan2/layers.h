// Layers of the StyleGAN2 networks, with equalized learning rate: weights of unit variance, scaled at run time.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "centigan/models/discriminator.h"
#include "centigan/models/generator.h"
#include "centigan/models/model.h"

namespace centigan {

// First values of a parameter as a function of (seed, network and state-dict name).
class ParameterInit {
 public:
  ParameterInit(uint64_t seed, std::string name) : seed_(seed), name_(std::move(name)) {}
  ParameterInit child(const std::string& name) const { return {seed_, name_ + "." + name}; }
  torch::Tensor normal(const std::string& name, const std::vector<int64_t>& shape, double deviation = 1.0) const;
  const std::string& name() const { return name_; }

 private:
  uint64_t seed_;
  std::string name_;
};

std::optional<double> clamp_of(double conv_clamp, double gain = 1.0);  // 0: none

// Type of a block's convolutions: a half type for the highest num_fp16_res resolutions, but never at 4 px.
torch::ScalarType block_type(const ModelConfig& config, int64_t resolution, const torch::Tensor& parameter);

// Side of a block's maps.
struct MapSize {
  int64_t height, width;
  int64_t count() const { return height * width; }
};
MapSize map_size(const ModelConfig& config, int64_t resolution);

class FullyConnected final : public torch::nn::Module {
 public:
  FullyConnected(const ParameterInit& init, int64_t in, int64_t out, const char* activation = "linear",
                 double lr_mult = 1.0, double bias_init = 0.0);
  torch::Tensor forward(const torch::Tensor& x) const;  // [N,in] -> [N,out]
  torch::ScalarType type() const { return weight_.scalar_type(); }

 private:
  const char* activation_;
  double weight_gain_, bias_gain_;
  torch::Tensor weight_, bias_;
};

// Latents and labels to styles; without z_dim it maps labels only (discriminator), without c_dim latents only.
class Mapping final : public torch::nn::Module {
 public:
  struct Shape {
    int64_t z_dim, c_dim, w_dim, layers;
    bool tracks_average;
  };
  Mapping(const ParameterInit& init, const Shape& shape);
  torch::Tensor forward(const torch::Tensor& z, const torch::Tensor& c) const;  // [N,w_dim]
  torch::Tensor& w_avg() { return w_avg_; }

 private:
  torch::Tensor embedded(const torch::Tensor& c) const;
  Shape shape_;
  std::shared_ptr<FullyConnected> embed_;
  std::vector<std::shared_ptr<FullyConnected>> layers_;
  torch::Tensor w_avg_;
};

class SynthesisLayer final : public torch::nn::Module {
 public:
  struct Shape {
    int64_t in, out, up;
    double gain;  // on top of the activation's
  };
  SynthesisLayer(const ParameterInit& init, const ModelConfig& config, int64_t resolution, const Shape& shape);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& w, const SynthesisOptions& options) const;
  const torch::Tensor& weight() const { return weight_; }

 private:
  std::optional<torch::Tensor> noise(int64_t count, const SynthesisOptions& options) const;
  std::string noise_stream_;
  Shape shape_;
  MapSize size_;
  std::optional<double> clamp_;
  std::shared_ptr<FullyConnected> affine_;
  torch::Tensor weight_, noise_strength_, bias_, resample_filter_, noise_const_;
};

class ToRgb final : public torch::nn::Module {
 public:
  ToRgb(const ParameterInit& init, const ModelConfig& config, int64_t in);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& w) const;

 private:
  double style_gain_;
  std::optional<double> clamp_;
  std::shared_ptr<FullyConnected> affine_;
  torch::Tensor weight_, bias_;
};

// Convolution without styles, up- or down-sampling through the filter; without a bias it is linear.
class PlainConv final : public torch::nn::Module {
 public:
  struct Shape {
    int64_t in, out, kernel;
    int64_t up = 1, down = 1;
    bool bias = true;
    double gain = 1.0;  // on top of the activation's
  };
  PlainConv(const ParameterInit& init, const ModelConfig& config, const Shape& shape);
  torch::Tensor forward(const torch::Tensor& x, const MapHook& hook = nullptr) const;
  const torch::Tensor& weight() const { return weight_; }

 private:
  Shape shape_;
  double weight_gain_;
  std::optional<double> clamp_;
  torch::Tensor weight_, bias_, resample_filter_;
};

}  // namespace centigan
