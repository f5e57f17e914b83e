// What an extractor needs of a network.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace centigan {

class FeatureNetwork {
 public:
  virtual ~FeatureNetwork() = default;
  virtual int64_t width() const = 0;
  // Side of the pictures that forward() takes; 0: any, as they come.
  virtual int64_t side() const = 0;
  virtual const char* resize_rule() const = 0;
  // pictures float32 [N,3,side,side], values 0…255 -> float32 [N,width].
  virtual torch::Tensor forward(const torch::Tensor& pictures) const = 0;
  // Inner maps [N,C,h,w] for perceptual distances; empty: the network has none to give.
  virtual std::vector<torch::Tensor> taps(const torch::Tensor&) const { return {}; }
  // What each channel of each map counts in a perceptual distance; empty: 1/C.
  virtual std::vector<torch::Tensor> tap_weights() const { return {}; }
  // [classes,width], or undefined.
  virtual torch::Tensor classifier() const { return {}; }
};

// Convolutions with their batch norm folded in, in float32 or bfloat16.
class FoldedConv {
 public:
  FoldedConv() = default;
  // Scale of each output channel, and shift: y = scale * conv(x) + shift, in float64.
  FoldedConv(const torch::Tensor& weight, const torch::Tensor& scale, const torch::Tensor& shift, torch::Device device,
             torch::ScalarType type);
  torch::Tensor operator()(const torch::Tensor& x, int64_t stride, int64_t pad_h, int64_t pad_w,
                           int64_t groups = 1) const;

 private:
  torch::Tensor weight_, bias_;
};

struct NetworkPlace {
  torch::Device device;
  torch::ScalarType type;  // of weights and maps
};

std::unique_ptr<FeatureNetwork> make_effnet_lite0(const std::map<std::string, torch::Tensor>& tensors,
                                                  const NetworkPlace& place, const std::string& source);
// Pixels of the picture averaged to 16x16 boxes.
std::unique_ptr<FeatureNetwork> make_pixel_features();

// Names, shapes and values of `tensors` against what a network stores, every difference listed in one Error. A name
// that ends in `variance_suffix` ("": none) must hold positive values.
void check_stored(const std::map<std::string, torch::Tensor>& tensors,
                  const std::map<std::string, std::vector<int64_t>>& shapes, const std::string& variance_suffix,
                  const std::string& network, const std::string& source);

}  // namespace centigan
