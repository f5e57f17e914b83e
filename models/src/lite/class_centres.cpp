#include "class_centres.h"

#include <ATen/ATen.h>

#include <vector>

#include "centigan/core/random.h"

namespace centigan {
namespace {

constexpr int64_t kCentreLatents = 256;

}  // namespace

torch::Tensor class_centres(Generator& generator, const torch::Tensor& classes) {
  const at::NoGradGuard no_grad;
  const GeneratorShape& shape = generator.shape();
  const auto options = generator.w_avg().options();
  const auto z = RandomStream(0, "class centres").normal(0, kCentreLatents, shape.z_dim).to(options);
  const auto labels = at::one_hot(classes, shape.c_dim).to(options);
  std::vector<at::Tensor> rows;
  for (int64_t k = 0; k < classes.size(0); ++k)
    rows.push_back(generator.mapping(z, labels[k].expand({kCentreLatents, shape.c_dim})).flatten(0, 1).mean(0));
  return at::stack(rows);
}

torch::Tensor centres_of_labels(Generator& generator, const torch::Tensor& c) {
  const auto present = c.detach().abs().sum(0).nonzero().flatten();
  const auto centres = class_centres(generator, present);
  return at::matmul(c.index_select(1, present).to(centres.options()), centres).unsqueeze(1);
}

}  // namespace centigan
