#include "inception.h"

#include <ATen/ATen.h>

#include <set>

#include "centigan/core/error.h"

namespace centigan {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

constexpr const char* kWeightsHint = "run tools/setup.sh --weights again; the file must hold the converted FID network";

at::Tensor max_pool(const at::Tensor& x) {
  return at::max_pool2d(x, {3, 3}, {2, 2});
}

// Padding does not count: a corner averages four values.
at::Tensor average_pool(const at::Tensor& x) {
  return at::avg_pool2d(x, {3, 3}, {1, 1}, {1, 1}, false, false);
}

std::map<std::string, std::vector<int64_t>> stored_shapes() {
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const auto& c : inception_convs()) {
    const std::string name = kInceptionPrefix + c.name;
    shapes[name + ".weight"] = {c.out, c.in, c.kernel_h, c.kernel_w};
    for (const char* part : {".beta", ".mean", ".var"}) shapes[name + part] = {c.out};
  }
  return shapes;
}

void check_names(const Tensors& tensors, const std::string& source) {
  const auto shapes = stored_shapes();
  std::string differences;
  for (const auto& [name, shape] : shapes) {
    const auto found = tensors.find(name);
    const bool fits = found != tensors.end() && found->second.sizes() == at::IntArrayRef(shape) &&
                      found->second.scalar_type() == at::kFloat;
    if (!fits) differences += (found == tensors.end() ? " missing " : " wrong shape or type ") + name;
  }
  for (const auto& [name, tensor] : tensors) {
    if (shapes.count(name) == 0) differences += " unexpected " + escaped(name);
  }
  if (!differences.empty()) {
    fail("metrics", source, "does not hold the FID network:" + differences.substr(0, 400), kWeightsHint);
  }
}

void check_values(const Tensors& tensors, const std::string& source) {
  for (const auto& [name, tensor] : tensors) {
    const bool variance = name.size() > 4 && name.compare(name.size() - 4, 4, ".var") == 0;
    const bool good = tensor.isfinite().all().item<bool>() && (!variance || tensor.gt(0).all().item<bool>());
    if (!good) fail("metrics", source, name + " holds a value that is not finite, or a variance <= 0", kWeightsHint);
  }
}

}  // namespace

Inception::Inception(const std::map<std::string, torch::Tensor>& tensors, torch::Device device,
                     const std::string& source) {
  check_names(tensors, source);
  check_values(tensors, source);
  for (const auto& shape : inception_convs()) {
    const auto part = [&](const char* suffix) {
      return tensors.at(kInceptionPrefix + shape.name + suffix).to(at::kDouble);
    };
    const at::Tensor scale = (part(".var") + 0.001).rsqrt();
    const at::Tensor weight = part(".weight") * scale.reshape({-1, 1, 1, 1});
    const at::Tensor bias = part(".beta") - part(".mean") * scale;
    convs_[shape.name] = {shape, weight.to(device, at::kFloat).contiguous(at::MemoryFormat::ChannelsLast),
                          bias.to(device, at::kFloat)};
  }
}

torch::Tensor Inception::conv(const std::string& name, const torch::Tensor& x) const {
  const Folded& c = convs_.at(name);
  return at::conv2d(x, c.weight, c.bias, {c.shape.stride, c.shape.stride}, {c.shape.pad_h, c.shape.pad_w}).relu_();
}

// `first`, then `first`_1 … `first`_last.
torch::Tensor Inception::chain(const std::string& first, int64_t last, torch::Tensor x) const {
  x = conv(first, x);
  for (int64_t i = 1; i <= last; ++i) x = conv(first + "_" + std::to_string(i), x);
  return x;
}

torch::Tensor Inception::block_a(const std::string& n, const torch::Tensor& x) const {
  return at::cat({conv(n + ".conv", x), chain(n + ".tower.conv", 1, x), chain(n + ".tower_1.conv", 2, x),
                  conv(n + ".tower_2.conv", average_pool(x))},
                 1);
}

torch::Tensor Inception::block_b(const std::string& n, const torch::Tensor& x) const {
  return at::cat({conv(n + ".conv", x), chain(n + ".tower.conv", 2, x), max_pool(x)}, 1);
}

torch::Tensor Inception::block_c(const std::string& n, const torch::Tensor& x) const {
  return at::cat({conv(n + ".conv", x), chain(n + ".tower.conv", 2, x), chain(n + ".tower_1.conv", 4, x),
                  conv(n + ".tower_2.conv", average_pool(x))},
                 1);
}

torch::Tensor Inception::block_d(const std::string& n, const torch::Tensor& x) const {
  return at::cat({chain(n + ".tower.conv", 1, x), chain(n + ".tower_1.conv", 3, x), max_pool(x)}, 1);
}

torch::Tensor Inception::block_e(const std::string& n, const torch::Tensor& x, const torch::Tensor& pooled) const {
  const at::Tensor a = conv(n + ".tower_conv", x), b = chain(n + ".tower_1_conv", 1, x);
  return at::cat(
      {conv(n + ".conv", x), conv(n + ".tower_mixed_conv", a), conv(n + ".tower_mixed_conv_1", a),
       conv(n + ".tower_1_mixed_conv", b), conv(n + ".tower_1_mixed_conv_1", b), conv(n + ".tower_2_conv", pooled)},
      1);
}

torch::Tensor Inception::forward(torch::Tensor x) const {
  x = max_pool(chain("conv", 2, x));
  x = max_pool(conv("conv_4", conv("conv_3", x)));
  for (const char* name : {"mixed", "mixed_1", "mixed_2"}) x = block_a(name, x);
  x = block_b("mixed_3", x);
  for (const char* name : {"mixed_4", "mixed_5", "mixed_6", "mixed_7"}) x = block_c(name, x);
  x = block_d("mixed_8", x);
  x = block_e("mixed_9", x, average_pool(x));
  // A maximum here, unlike in mixed_9: the original graph has it, and so has every published score.
  x = block_e("mixed_10", x, at::max_pool2d(x, {3, 3}, {1, 1}, {1, 1}));
  return x.mean({2, 3});
}

}  // namespace centigan
