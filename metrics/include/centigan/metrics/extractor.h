// Networks that turn pictures into features.
#pragma once
#include <torch/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace centigan {

class Inception;

// The FID network of 2015-12-05 from a safetensors file with the names of its archive. features(): uint8 pictures
// [N,3,H,W] (grey is repeated), any size -> float32 [N,2048]; legacy ("tf1") resize to 299; results do not depend on
// the batch size (1e-5).
class FeatureExtractor {
 public:
  FeatureExtractor(const std::string& weights_path, torch::Device device);
  ~FeatureExtractor();
  torch::Tensor features(const torch::Tensor& images);
  // "inception-2015-12-05" if the weights hash is the known one, else "custom:<8 hex>".
  const std::string& name() const { return name_; }
  const std::string& weights_hash() const { return hash_; }
  bool is_fid_network() const;

 private:
  std::shared_ptr<Inception> net_;
  std::string name_, hash_;
  torch::Device device_;
};

// inception-2015-12-05.safetensors in `dir`, $CENTIGAN_WEIGHTS, or share/centigan/weights beside bin/ (in that order).
// None: Error whose hint is tools/setup.sh --weights.
std::string find_inception_weights(const std::string& dir = "");

// Legacy resize alone: uint8 or float [N,C,H,W] -> float32 [N,C,299,299], values 0…255, not rounded.
torch::Tensor resize_tf1(const torch::Tensor& images, int64_t side = 299);

}  // namespace centigan
