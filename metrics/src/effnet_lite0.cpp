// EfficientNet-Lite0 as a feature network.
#include <ATen/ATen.h>

#include <algorithm>

#include "feature_network.h"

namespace centigan {
namespace {

constexpr int64_t kStemWidth = 32, kHeadInput = 320, kHeadWidth = 1280, kClasses = 1000;

struct LiteBlock {
  std::string name;  // "_blocks.3."
  int64_t in, out, kernel, stride, expansion;
  int64_t inner() const { return in * expansion; }
};

std::vector<LiteBlock> lite_blocks() {
  struct Stage {
    int64_t repeats, kernel, stride, expansion, out;
  };
  std::vector<LiteBlock> blocks;
  int64_t in = kStemWidth;
  for (const Stage& s : {Stage{1, 3, 1, 1, 16}, Stage{2, 3, 2, 6, 24}, Stage{2, 5, 2, 6, 40}, Stage{3, 3, 2, 6, 80},
                         Stage{3, 5, 1, 6, 112}, Stage{4, 5, 2, 6, 192}, Stage{1, 3, 1, 6, 320}}) {
    for (int64_t i = 0; i < s.repeats; ++i, in = s.out) {
      blocks.push_back(
          {"_blocks." + std::to_string(blocks.size()) + ".", in, s.out, s.kernel, i == 0 ? s.stride : 1, s.expansion});
    }
  }
  return blocks;
}

using StoredShapes = std::map<std::string, std::vector<int64_t>>;

void add_norm(StoredShapes& shapes, const std::string& norm, int64_t channels) {
  for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) shapes[norm + part] = {channels};
}

StoredShapes lite_shapes() {
  StoredShapes shapes = {{"_conv_stem.weight", {kStemWidth, 3, 3, 3}},
                         {"_conv_head.weight", {kHeadWidth, kHeadInput, 1, 1}},
                         {"_fc.weight", {kClasses, kHeadWidth}},
                         {"_fc.bias", {kClasses}}};
  add_norm(shapes, "_bn0", kStemWidth), add_norm(shapes, "_bn1", kHeadWidth);
  for (const auto& b : lite_blocks()) {
    if (b.expansion != 1) {
      shapes[b.name + "_expand_conv.weight"] = {b.inner(), b.in, 1, 1};
      add_norm(shapes, b.name + "_bn0", b.inner());
    }
    shapes[b.name + "_depthwise_conv.weight"] = {b.inner(), 1, b.kernel, b.kernel};
    shapes[b.name + "_project_conv.weight"] = {b.out, b.inner(), 1, 1};
    add_norm(shapes, b.name + "_bn1", b.inner()), add_norm(shapes, b.name + "_bn2", b.out);
  }
  return shapes;
}

// "Same" padding in TensorFlow's sense: where the total is odd, the larger half comes after.
at::Tensor padded_same(const at::Tensor& x, int64_t kernel, int64_t stride) {
  const auto total = [&](int64_t in) {
    return std::max<int64_t>(((in + stride - 1) / stride - 1) * stride + kernel - in, 0);
  };
  const int64_t h = total(x.size(2)), w = total(x.size(3));
  return h + w == 0 ? x : at::constant_pad_nd(x, {w / 2, w - w / 2, h / 2, h - h / 2}, 0);
}

class EffNetLite0 final : public FeatureNetwork {
 public:
  EffNetLite0(const std::map<std::string, torch::Tensor>& tensors, const NetworkPlace& place) : place_(place) {
    stem_ = folded(tensors, "_conv_stem", "_bn0"), head_ = folded(tensors, "_conv_head", "_bn1");
    for (const auto& b : blocks_) {
      layers_.push_back({b.expansion == 1 ? FoldedConv() : folded(tensors, b.name + "_expand_conv", b.name + "_bn0"),
                         folded(tensors, b.name + "_depthwise_conv", b.name + "_bn1"),
                         folded(tensors, b.name + "_project_conv", b.name + "_bn2")});
    }
    classifier_ = tensors.at("_fc.weight");
  }

  int64_t width() const override { return kHeadWidth; }
  int64_t side() const override { return 224; }
  const char* resize_rule() const override { return "aa"; }
  torch::Tensor classifier() const override { return classifier_; }

  torch::Tensor forward(const torch::Tensor& pictures) const override {
    at::Tensor x = stem(pictures);
    for (size_t i = 0; i < blocks_.size(); ++i) x = block(i, x);
    return head_(x, 1, 0, 0).clamp_(0, 6).to(at::kFloat).mean({2, 3});
  }

  // One map a resolution: after the last block of strides 2, 4, 8 and 16, and the last.
  std::vector<torch::Tensor> taps(const torch::Tensor& pictures) const override {
    std::vector<torch::Tensor> maps;
    at::Tensor x = stem(pictures);
    for (size_t i = 0; i < blocks_.size(); ++i) {
      x = block(i, x);
      if (i == 0 || i == 2 || i == 4 || i == 10 || i == 15) maps.push_back(x.to(at::kFloat));
    }
    return maps;
  }

 private:
  struct Layers {
    FoldedConv expand, depthwise, project;
  };

  FoldedConv folded(const std::map<std::string, torch::Tensor>& tensors, const std::string& conv,
                    const std::string& norm) const {
    const auto part = [&](const char* suffix) { return tensors.at(norm + suffix).to(at::kDouble); };
    const at::Tensor scale = part(".weight") * (part(".running_var") + 0.001).rsqrt();
    return {tensors.at(conv + ".weight"), scale, part(".bias") - part(".running_mean") * scale, place_.device,
            place_.type};
  }

  at::Tensor stem(const at::Tensor& pictures) const {
    const at::Tensor x = pictures.sub(127).div_(128).to(place_.device, place_.type);
    return stem_(padded_same(x.contiguous(at::MemoryFormat::ChannelsLast), 3, 2), 2, 0, 0).clamp_(0, 6);
  }

  at::Tensor block(size_t i, const at::Tensor& in) const {
    const LiteBlock& b = blocks_[i];
    at::Tensor x = b.expansion == 1 ? in : layers_[i].expand(in, 1, 0, 0).clamp_(0, 6);
    x = layers_[i].depthwise(padded_same(x, b.kernel, b.stride), b.stride, 0, 0, b.inner()).clamp_(0, 6);
    x = layers_[i].project(x, 1, 0, 0);
    return b.stride == 1 && b.in == b.out ? x.add_(in) : x;
  }

  NetworkPlace place_;
  std::vector<LiteBlock> blocks_ = lite_blocks();
  FoldedConv stem_, head_;
  std::vector<Layers> layers_;
  at::Tensor classifier_;
};

}  // namespace

std::unique_ptr<FeatureNetwork> make_effnet_lite0(const std::map<std::string, torch::Tensor>& tensors,
                                                  const NetworkPlace& place, const std::string& source) {
  // Channels that died in training have a variance of 0.
  check_stored(tensors, lite_shapes(), "", "EfficientNet-Lite0", source);
  return std::make_unique<EffNetLite0>(tensors, place);
}

}  // namespace centigan
