// Small lite networks with lively parameters for the tests.
#pragma once
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include "centigan/core/random.h"
#include "centigan/models/lite.h"

namespace centigan::lite_test {

// Tiny networks: a second thread costs more than it helps, and far more beside other work.
inline const bool kOneThread = (at::set_num_threads(1), true);

inline ModelConfig tiny_config(int64_t resolution = 16, bool noise = false) {
  ModelConfig config;
  config.family = "lite";
  config.resolution = resolution;
  config.precision = "float32";
  config.lite.z_dim = config.lite.w_dim = 12;
  config.lite.widths = config.lite.d_widths = {};
  for (int64_t side = 4, width = 12; side <= resolution; side *= 2, width -= 2) {
    config.lite.widths.push_back(width);
    config.lite.d_widths.push_back(width);
  }
  config.lite.rgb_first = 1;
  config.lite.noise = noise;
  return config;
}

inline ModelConfig with_classes(ModelConfig config, int64_t classes = 3) {
  config.classes = classes;
  config.lite.embed_dim = 5;
  return config;
}

inline at::Tensor one_hot(const std::vector<int64_t>& labels, int64_t classes = 3) {
  return at::one_hot(at::tensor(labels, at::kLong), classes).to(at::kFloat);
}

inline at::Tensor normal(const std::string& name, at::IntArrayRef shape) {
  int64_t count = 1;
  for (int64_t size : shape) count *= size;
  return RandomStream(7, name).normal(0, 1, count).view(shape);
}

// Moves every parameter a little off its start, so that biases, gains and noise strengths matter.
inline void stir(torch::nn::Module& module) {
  at::NoGradGuard guard;
  for (auto& item : module.named_parameters())
    item.value().add_(normal(item.key(), item.value().sizes()).to(item.value().options()), 0.2);
}

// Largest relative error between the gradient of f along a fixed direction of the leaves and its central difference.
template <class F>
double directional_error(const std::vector<at::Tensor>& leaves, const F& f, double step = 1e-5) {
  const auto grads = torch::autograd::grad({f()}, leaves, {}, false, false, /*allow_unused=*/true);
  double worst = 0.0;
  for (size_t i = 0; i < leaves.size(); ++i) {
    const auto direction = normal("direction" + std::to_string(i), leaves[i].sizes()).to(leaves[i].options());
    const double expected = grads[i].defined() ? (grads[i] * direction).sum().template item<double>() : 0.0;
    const auto moved = [&](double by) {
      at::Tensor(leaves[i]).detach().add_(direction, by);  // shares the storage: moves the leaf itself
      return f().template item<double>();
    };
    const double up = moved(step), down = moved(-2 * step);
    moved(step);
    const double measured = (up - down) / (2 * step);
    worst = std::max(worst, std::abs(measured - expected) / std::max(1.0, std::abs(expected)));
  }
  return worst;
}

}  // namespace centigan::lite_test
