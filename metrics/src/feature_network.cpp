#include "feature_network.h"

#include <ATen/ATen.h>

#include "centigan/core/error.h"

namespace centigan {
namespace {

constexpr const char* kWeightsHint =
    "run tools/setup.sh --weights again; it fetches and converts the known networks (vgg16: tools/convert_vgg16.py)";

bool ends_with(const std::string& text, const std::string& end) {
  return !end.empty() && text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

class PixelFeatures final : public FeatureNetwork {
 public:
  int64_t width() const override { return 3 * 16 * 16; }
  int64_t side() const override { return 0; }
  const char* resize_rule() const override { return "none"; }
  torch::Tensor forward(const torch::Tensor& pictures) const override {
    return at::adaptive_avg_pool2d(pictures.div(255), {16, 16}).flatten(1);
  }
};

}  // namespace

FoldedConv::FoldedConv(const torch::Tensor& weight, const torch::Tensor& scale, const torch::Tensor& shift,
                       torch::Device device, torch::ScalarType type)
    : weight_((weight.to(at::kDouble) * scale.reshape({-1, 1, 1, 1}))
                  .to(device, type)
                  .contiguous(at::MemoryFormat::ChannelsLast)),
      bias_(shift.to(device, type)) {}

torch::Tensor FoldedConv::operator()(const torch::Tensor& x, int64_t stride, int64_t pad_h, int64_t pad_w,
                                     int64_t groups) const {
  return at::conv2d(x, weight_, bias_, {stride, stride}, {pad_h, pad_w}, at::IntArrayRef{1, 1}, groups);
}

std::unique_ptr<FeatureNetwork> make_pixel_features() {
  return std::make_unique<PixelFeatures>();
}

void check_stored(const std::map<std::string, torch::Tensor>& tensors,
                  const std::map<std::string, std::vector<int64_t>>& shapes, const std::string& variance_suffix,
                  const std::string& network, const std::string& source) {
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
    fail("metrics", source, "does not hold the " + network + " network:" + differences.substr(0, 400), kWeightsHint);
  }
  for (const auto& [name, tensor] : tensors) {
    const bool good =
        tensor.isfinite().all().item<bool>() && (!ends_with(name, variance_suffix) || tensor.gt(0).all().item<bool>());
    if (!good) fail("metrics", source, name + " holds a value that is not finite, or a variance <= 0", kWeightsHint);
  }
}

}  // namespace centigan
