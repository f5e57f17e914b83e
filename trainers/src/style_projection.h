// A learned linear map from the student's style vectors to its teacher's.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>

namespace centigan {

// Styles of a teacher as one vector a picture: all rows, or one where they are equal, [N,num_ws,w_dim] -> [N,F].
class StyleRows {
 public:
  // Looks at the styles of one picture.
  explicit StyleRows(const torch::Tensor& ws);
  torch::Tensor operator()(const torch::Tensor& ws) const { return equal_ ? ws.select(1, 0) : ws.flatten(1); }
  int64_t size() const { return size_; }

 private:
  bool equal_;
  int64_t size_;
};

struct StyleProjection : torch::nn::Module {
  // Begins with the identity between equal sizes (a style that both share), else with draws of `seed`.
  StyleProjection(int64_t from, int64_t to, uint64_t seed);
  // Squared error of the projected styles [N,from] against `wanted` [N,to], in units of what `wanted` varies by.
  torch::Tensor error(const torch::Tensor& styles, const torch::Tensor& wanted) const;
  torch::Tensor weight, bias;
};

}  // namespace centigan
