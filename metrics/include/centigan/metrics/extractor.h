// Networks that turn pictures into features.
#pragma once
#include <torch/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace centigan {

class FeatureNetwork;

struct ExtractorOptions {
  std::string resize;  // tf1 (legacy), hp (half-pixel centres), aa, clean (antialiased); "": the network's own
  bool bf16 = false;   // faster, other features: the name gets "-bf16"
};

// A feature network: that of FID from a safetensors file with the names of its archive (or torchvision's),
// EfficientNet-Lite0 with its own, VGG16 with torchvision's, or one without a file. features(): uint8 pictures
// [N,3,H,W] (grey is repeated), any size -> float32 [N,width]; results do not depend on the batch size (1e-5).
class FeatureExtractor {
 public:
  // The file says which network it is.
  FeatureExtractor(const std::string& weights_path, torch::Device device, const ExtractorOptions& options = {});
  ~FeatureExtractor();
  torch::Tensor features(const torch::Tensor& images);
  // Inner maps of pictures [N,3,H,W] of one size, values 0…255 of any type, not rounded: for perceptual distances.
  // Error if the network has none.
  std::vector<torch::Tensor> taps(const torch::Tensor& images) const;
  // What each channel of each map counts: that of LPIPS for VGG16, empty for others (1/C).
  std::vector<torch::Tensor> tap_weights() const;
  // Logits [N,classes] of features, without bias. Error if the weights hold no classifier.
  torch::Tensor logits(const torch::Tensor& features) const;
  // "inception-2015-12-05" or "effnetlite0" if the weights hash is the known one, "vgg16" if the first filter is that
  // of the published weights, "pixels", else "custom:<8 hex>".
  const std::string& name() const { return name_; }
  const std::string& weights_hash() const { return hash_; }
  const std::string& resize_rule() const { return resize_; }
  const torch::Device& device() const { return device_; }
  int64_t width() const;
  // Known weights, in float32, with the resize that published numbers have.
  bool is_fid_network() const;
  // The reserved name ("FID", "KID", "IS") for that network, else "FD-effnetlite0" and so on.
  std::string label(const std::string& reserved) const;
  // Of distances between its maps: "LPIPS" for published VGG16, "LPIPS-custom:…" for other weights of it, else "PD-…".
  std::string distance_label() const;
  std::string path_label() const;  // "PPL" for published VGG16, else "PPL-…"
  // On how many threads whole pictures may be shared out.
  int threads() const;

 private:
  friend FeatureExtractor open_extractor(const std::string&, const std::string&, torch::Device,
                                         const ExtractorOptions&);
  FeatureExtractor(std::shared_ptr<FeatureNetwork> network, const std::string& name, const std::string& hash,
                   torch::Device device, const ExtractorOptions& options);
  torch::Tensor network_input(const torch::Tensor& images) const;

  std::shared_ptr<FeatureNetwork> net_;
  std::string name_, hash_, resize_;
  torch::Device device_;
};

// `what`: "inception", "effnetlite0", "vgg16" (their files are searched as below), "pixels" (16x16 averages), a
// safetensors file, or an operator "acme::features(Tensor pictures) -> Tensor" of a loaded plugin, which gets float32
// [N,3,H,W] with values 0…255 and returns [N,width]. Anything else: usage error.
FeatureExtractor open_extractor(const std::string& what, const std::string& weights_dir, torch::Device device,
                                const ExtractorOptions& options = {});

// NAME.safetensors in `dir`, $CENTIGAN_WEIGHTS, or share/centigan/weights beside bin/ (in that order). None: Error
// whose hint is tools/setup.sh --weights, or the converter of vgg16.
std::string find_weights(const std::string& name, const std::string& dir = "");
bool has_weights(const std::string& name, const std::string& dir = "");
std::string find_inception_weights(const std::string& dir = "");  // of inception-2015-12-05

// Legacy resize alone: uint8 or float [N,C,H,W] -> float32 [N,C,299,299], values 0…255, not rounded.
torch::Tensor resize_tf1(const torch::Tensor& images, int64_t side = 299);

// The same by rule: tf1, hp, aa or clean (docs/metrics.md).
torch::Tensor resized_by_rule(const torch::Tensor& images, int64_t side, const std::string& rule);

}  // namespace centigan
