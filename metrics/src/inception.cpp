#include "inception.h"

#include <ATen/ATen.h>

namespace centigan {
namespace {

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

class Inception final : public FeatureNetwork {
 public:
  Inception(const std::map<std::string, torch::Tensor>& tensors, const NetworkPlace& place) : place_(place) {
    for (const auto& shape : inception_convs()) {
      const auto part = [&](const char* suffix) {
        return tensors.at(kInceptionPrefix + shape.name + suffix).to(at::kDouble);
      };
      const at::Tensor scale = (part(".var") + 0.001).rsqrt();
      const at::Tensor shift = part(".beta") - part(".mean") * scale;
      convs_[shape.name] = {shape, FoldedConv(part(".weight"), scale, shift, place.device, place.type)};
    }
    if (tensors.count(kClassifierName) > 0) classifier_ = tensors.at(kClassifierName);
  }

  int64_t width() const override { return 2048; }
  int64_t side() const override { return 299; }
  const char* resize_rule() const override { return "tf1"; }
  torch::Tensor classifier() const override { return classifier_; }
  torch::Tensor forward(const torch::Tensor& pictures) const override { return maps(pictures).back().mean({2, 3}); }
  std::vector<torch::Tensor> taps(const torch::Tensor& pictures) const override { return maps(pictures); }

 private:
  struct Layer {
    InceptionConv shape;
    FoldedConv conv;
  };

  // After pool0, pool1, mixed_7 and mixed_10.
  std::vector<at::Tensor> maps(const at::Tensor& pictures) const {
    std::vector<at::Tensor> taps;
    const auto tap = [&](const at::Tensor& x) { return taps.push_back(x.to(at::kFloat)), x; };
    at::Tensor x =
        pictures.sub(128).div_(128).to(place_.device, place_.type).contiguous(at::MemoryFormat::ChannelsLast);
    x = tap(max_pool(chain("conv", 2, x)));
    x = tap(max_pool(conv("conv_4", conv("conv_3", x))));
    for (const char* name : {"mixed", "mixed_1", "mixed_2"}) x = block_a(name, x);
    x = block_b("mixed_3", x);
    for (const char* name : {"mixed_4", "mixed_5", "mixed_6", "mixed_7"}) x = block_c(name, x);
    x = block_d("mixed_8", tap(x));
    x = block_e("mixed_9", x, average_pool(x));
    // A maximum here, unlike in mixed_9: the original graph has it, and so has every published score.
    tap(block_e("mixed_10", x, at::max_pool2d(x, {3, 3}, {1, 1}, {1, 1})));
    return taps;
  }

  at::Tensor conv(const std::string& name, const at::Tensor& x) const {
    const Layer& layer = convs_.at(name);
    return layer.conv(x, layer.shape.stride, layer.shape.pad_h, layer.shape.pad_w).relu_();
  }

  // `first`, then `first`_1 … `first`_last.
  at::Tensor chain(const std::string& first, int64_t last, at::Tensor x) const {
    x = conv(first, x);
    for (int64_t i = 1; i <= last; ++i) x = conv(first + "_" + std::to_string(i), x);
    return x;
  }

  at::Tensor block_a(const std::string& n, const at::Tensor& x) const {
    return at::cat({conv(n + ".conv", x), chain(n + ".tower.conv", 1, x), chain(n + ".tower_1.conv", 2, x),
                    conv(n + ".tower_2.conv", average_pool(x))},
                   1);
  }

  at::Tensor block_b(const std::string& n, const at::Tensor& x) const {
    return at::cat({conv(n + ".conv", x), chain(n + ".tower.conv", 2, x), max_pool(x)}, 1);
  }

  at::Tensor block_c(const std::string& n, const at::Tensor& x) const {
    return at::cat({conv(n + ".conv", x), chain(n + ".tower.conv", 2, x), chain(n + ".tower_1.conv", 4, x),
                    conv(n + ".tower_2.conv", average_pool(x))},
                   1);
  }

  at::Tensor block_d(const std::string& n, const at::Tensor& x) const {
    return at::cat({chain(n + ".tower.conv", 1, x), chain(n + ".tower_1.conv", 3, x), max_pool(x)}, 1);
  }

  at::Tensor block_e(const std::string& n, const at::Tensor& x, const at::Tensor& pooled) const {
    const at::Tensor a = conv(n + ".tower_conv", x), b = chain(n + ".tower_1_conv", 1, x);
    return at::cat(
        {conv(n + ".conv", x), conv(n + ".tower_mixed_conv", a), conv(n + ".tower_mixed_conv_1", a),
         conv(n + ".tower_1_mixed_conv", b), conv(n + ".tower_1_mixed_conv_1", b), conv(n + ".tower_2_conv", pooled)},
        1);
  }

  NetworkPlace place_;
  std::map<std::string, Layer> convs_;
  at::Tensor classifier_;
};

}  // namespace

std::unique_ptr<FeatureNetwork> make_inception(std::map<std::string, torch::Tensor> tensors, const NetworkPlace& place,
                                               const std::string& source) {
  auto shapes = stored_shapes();
  if (tensors.count(kClassifierName) > 0) shapes[kClassifierName] = {1008, 2048};
  check_stored(tensors, shapes, ".var", "FID", source);
  return std::make_unique<Inception>(tensors, place);
}

}  // namespace centigan
