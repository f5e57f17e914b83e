// Networks whose losses can be calculated by hand.
#pragma once
#include "centigan/trainers/objectives.h"
#include "tiny.h"

namespace centigan {

// D(x) = sum(a * x^2) a picture, so its gradient is 2 a x.
class SquareDiscriminator final : public Discriminator {
 public:
  SquareDiscriminator() { a = register_parameter("a", at::full({1, 3, 4, 4}, 0.5)); }
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor&, bool exact) override {
    was_exact = exact, ++calls;
    return (a * x * x).sum({1, 2, 3}).unsqueeze(1);
  }
  torch::Tensor a;
  bool was_exact = false;
  int64_t calls = 0;
};

// image = weight * (mean of w) everywhere; ws are num_ws copies of z.
class ConstantGenerator final : public Generator {
 public:
  explicit ConstantGenerator(int64_t num_ws) : shape_{2, 0, 2, num_ws, 3, 4, 4} {
    weight = register_parameter("weight", at::full({3, 4, 4}, 0.25));
    one = register_parameter("one", at::ones({1}));
    w_avg_ = register_buffer("w_avg", at::zeros({2}));
  }
  const GeneratorShape& shape() const override { return shape_; }
  torch::Tensor mapping(const torch::Tensor& z, const torch::Tensor&) override {
    ++mappings;
    return one * z.unsqueeze(1).expand({z.size(0), shape_.num_ws, 2});
  }
  torch::Tensor synthesis(const torch::Tensor& ws, const SynthesisOptions& options) override {
    last_ws = ws.detach(), last_noise = options.noise_seeds;
    return ws.sum({1, 2}).view({-1, 1, 1, 1}) * weight;
  }
  torch::Tensor& w_avg() override { return w_avg_; }
  void set_classes(int64_t classes) { shape_.c_dim = classes; }
  torch::Tensor weight, one, last_ws, last_noise;
  int mappings = 0;

 private:
  GeneratorShape shape_;
  torch::Tensor w_avg_;
};

}  // namespace centigan
