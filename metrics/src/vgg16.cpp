#include "vgg16.h"

#include <ATen/ATen.h>

#include <cmath>

#include "centigan/core/error.h"
#include "lpips_heads.h"

namespace centigan {
namespace {

constexpr int64_t kLeastSide = 16;  // four poolings

struct VggConv {
  std::string name;  // torchvision's: "features.10"
  int64_t in, out;
  bool pooled, tapped;  // a pooling before it; its map is one of the five
};

std::vector<VggConv> vgg_convs() {
  struct Block {
    int64_t convs, out;
  };
  std::vector<VggConv> convs;
  int64_t in = 3, place = 0;  // places count ReLUs and poolings, too
  for (const Block& b : {Block{2, 64}, Block{2, 128}, Block{3, 256}, Block{3, 512}, Block{3, 512}}) {
    for (int64_t i = 0; i < b.convs; ++i, in = b.out, place += 2)
      convs.push_back({"features." + std::to_string(place), in, b.out, i == 0 && !convs.empty(), i + 1 == b.convs});
    ++place;
  }
  return convs;
}

class Vgg16 final : public FeatureNetwork {
 public:
  Vgg16(const std::map<std::string, torch::Tensor>& trunk, const NetworkPlace& place) : place_(place) {
    for (const VggConv& conv : convs_) {
      const at::Tensor one = at::ones({conv.out}, at::kDouble);
      layers_.emplace_back(trunk.at(conv.name + ".weight"), one, trunk.at(conv.name + ".bias"), place.device,
                           place.type);
    }
    // LPIPS has pictures in [-1,1], less (-.030, -.088, -.188), over (.458, .448, .450).
    const at::TensorOptions options = at::TensorOptions(place.device).dtype(at::kFloat);
    shift_ = at::tensor({-.030f, -.088f, -.188f}).to(options).reshape({1, 3, 1, 1});
    scale_ = at::tensor({.458f, .448f, .450f}).to(options).reshape({1, 3, 1, 1});
  }

  int64_t width() const override { return 512; }
  int64_t side() const override { return 0; }
  const char* resize_rule() const override { return "none"; }
  torch::Tensor forward(const torch::Tensor& pictures) const override { return taps(pictures).back().mean({2, 3}); }
  std::vector<torch::Tensor> tap_weights() const override { return lpips_heads(); }

  std::vector<torch::Tensor> taps(const torch::Tensor& pictures) const override {
    check_size(pictures);
    const at::Tensor input = pictures.to(at::kFloat).div(127.5).sub_(1).sub_(shift_).div_(scale_);
    at::Tensor x = input.to(place_.type).contiguous(at::MemoryFormat::ChannelsLast);
    std::vector<at::Tensor> maps;
    for (size_t i = 0; i < convs_.size(); ++i) {
      if (convs_[i].pooled) x = at::max_pool2d(x, {2, 2});
      x = layers_[i](x, 1, 1, 1).relu_();
      if (convs_[i].tapped) maps.push_back(x.to(at::kFloat));
    }
    return maps;
  }

 private:
  static void check_size(const at::Tensor& pictures) {
    const int64_t h = pictures.size(2), w = pictures.size(3);
    if (std::min(h, w) < kLeastSide)
      fail("metrics", kVggName,
           "takes pictures of at least 16x16 pixels, got " + std::to_string(h) + "x" + std::to_string(w),
           "ask for pd instead of lpips, or give larger pictures");
  }

  NetworkPlace place_;
  std::vector<VggConv> convs_ = vgg_convs();
  std::vector<FoldedConv> layers_;
  at::Tensor shift_, scale_;
};

}  // namespace

bool is_vgg16_file(const std::map<std::string, torch::Tensor>& tensors) {
  return tensors.count("features.0.weight") > 0;
}

std::map<std::string, torch::Tensor> vgg16_trunk(const std::map<std::string, torch::Tensor>& tensors) {
  std::map<std::string, at::Tensor> trunk;
  for (const auto& [name, tensor] : tensors)
    if (name.rfind("features.", 0) == 0) trunk.emplace(name, tensor);
  return trunk;
}

bool is_published_vgg16(const std::map<std::string, torch::Tensor>& trunk) {
  const float first[] = {-.5537f, .1427f, .5290f, -.5831f, .3566f, .7657f, -.6902f, -.0480f, .4841f};
  const at::Tensor filter = trunk.at("features.0.weight")[0][0].flatten();
  return (filter - at::tensor(at::ArrayRef<float>(first, 9))).abs().max().item<float>() < 1e-4f;
}

std::unique_ptr<FeatureNetwork> make_vgg16(const std::map<std::string, torch::Tensor>& trunk, const NetworkPlace& place,
                                           const std::string& source) {
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const VggConv& conv : vgg_convs()) {
    shapes[conv.name + ".weight"] = {conv.out, conv.in, 3, 3};
    shapes[conv.name + ".bias"] = {conv.out};
  }
  check_stored(trunk, shapes, "", "VGG16", source);
  return std::make_unique<Vgg16>(trunk, place);
}

}  // namespace centigan
