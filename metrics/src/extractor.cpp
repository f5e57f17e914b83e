#include "centigan/metrics/extractor.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/exact_scope.h"
#include "centigan/core/safetensors.h"
#include "centigan/metrics/float32_probe.h"
#include "centigan/metrics/recipe.h"
#include "inception.h"
#include "plugin_features.h"
#include "share_work.h"
#include "vgg16.h"

namespace centigan {
namespace {

constexpr const char* kFidName = "inception-2015-12-05";
constexpr const char* kFidHash = "b7bd1d8038ff41df2ba567c0a60f83bdd5c2173b0ac5ef5b28fa88ba8b1ed9c5";
constexpr const char* kEffNetName = "effnetlite0";
constexpr const char* kEffNetHash = "3918c27c5c39fd6eeb5d32ee16330bbedb3a37533a6b4c39a3992b5865971845";
constexpr int64_t kChunk = 8;  // fixed, so that a caller's batch size changes neither memory nor digits
constexpr int64_t kDeviceChunk = 32;
constexpr int kDeviceThreads = 4;  // they resize on the CPU what the device waits for

bool is_effnet_file(const std::map<std::string, at::Tensor>& tensors) {
  return tensors.count("_conv_stem.weight") > 0;
}

// The hash covers what features depend on, not the classifier that the archive lacks.
std::string features_hash(std::map<std::string, at::Tensor> tensors) {
  tensors.erase(kClassifierName);
  return centigan::weights_hash(tensors);
}

std::string known_name(const std::string& hash) {
  if (hash == kFidHash) return kFidName;
  return hash == kEffNetHash ? kEffNetName : "custom:" + hash.substr(0, 8);
}

}  // namespace

FeatureExtractor::FeatureExtractor(std::shared_ptr<FeatureNetwork> network, const std::string& name,
                                   const std::string& hash, torch::Device device, const ExtractorOptions& options)
    : net_(std::move(network)), name_(name + (options.bf16 ? "-bf16" : "")), hash_(hash), device_(device) {
  resize_ = options.resize.empty() || net_->side() == 0 ? net_->resize_rule() : options.resize;
  const ExactScope scope(1);
  check_float32_probe(float32_probe(device));
}

FeatureExtractor::FeatureExtractor(const std::string& weights_path, torch::Device device,
                                   const ExtractorOptions& options)
    : device_(device) {
  auto tensors = inception_archive_names(read_safetensors(weights_path).tensors, weights_path);
  const ExactScope scope(1);
  const NetworkPlace place{device, options.bf16 ? at::kBFloat16 : at::kFloat};
  const bool vgg = is_vgg16_file(tensors);
  if (vgg) tensors = vgg16_trunk(tensors);
  std::shared_ptr<FeatureNetwork> network = vgg                       ? make_vgg16(tensors, place, weights_path)
                                            : is_effnet_file(tensors) ? make_effnet_lite0(tensors, place, weights_path)
                                                                      : make_inception(tensors, place, weights_path);
  const std::string hash = features_hash(tensors);
  const bool published = vgg && is_published_vgg16(tensors);
  *this = FeatureExtractor(network, published ? kVggName : known_name(hash), hash, device, options);
}

FeatureExtractor::~FeatureExtractor() = default;

int64_t FeatureExtractor::width() const {
  return net_->width();
}

bool FeatureExtractor::is_fid_network() const {
  return name_ == kFidName && resize_ == net_->resize_rule();
}

std::string FeatureExtractor::label(const std::string& reserved) const {
  return is_fid_network() ? reserved : foreign_label(reserved, name_);
}

std::string FeatureExtractor::distance_label() const {
  if (net_->tap_weights().empty()) return "PD-" + name_;
  return name_ == kVggName ? "LPIPS" : "LPIPS-" + name_;
}

std::string FeatureExtractor::path_label() const {
  return name_ == kVggName ? "PPL" : "PPL-" + name_;
}

torch::Tensor FeatureExtractor::network_input(const torch::Tensor& images) const {
  const at::Tensor sized = net_->side() == 0 ? images.to(at::kFloat) : resized_by_rule(images, net_->side(), resize_);
  return (sized.size(1) == 1 ? sized.expand({-1, 3, -1, -1}) : sized).to(device_);
}

torch::Tensor FeatureExtractor::features(const torch::Tensor& images) {
  const bool colour = images.dim() == 4 && (images.size(1) == 3 || images.size(1) == 1);
  if (!colour || images.scalar_type() != at::kByte) {
    fail("metrics", "features", "pictures must be uint8 [N,3,H,W] or [N,1,H,W], got " + c10::str(images.sizes()),
         "round them to 8 bit first, and flatten alpha");
  }
  const ExactScope scope(1);
  at::Tensor result = at::empty({images.size(0), net_->width()}, at::kFloat);
  const int64_t size = device_.is_cpu() ? kChunk : kDeviceChunk, chunks = (images.size(0) + size - 1) / size;
  share_work(chunks, threads(), [&](int64_t chunk) {
    const int64_t first = chunk * size, count = std::min(size, images.size(0) - first);
    result.narrow(0, first, count).copy_(net_->forward(network_input(images.narrow(0, first, count))));
  });
  return result;
}

std::vector<torch::Tensor> FeatureExtractor::taps(const torch::Tensor& images) const {
  const ExactScope scope(1);
  auto maps = net_->taps(network_input(images));
  if (maps.empty())
    fail("metrics", name_, "has no inner maps for perceptual distances",
         "use --extractor inception or effnetlite0, or vgg16");
  return maps;
}

std::vector<torch::Tensor> FeatureExtractor::tap_weights() const {
  return net_->tap_weights();
}

int FeatureExtractor::threads() const {
  return device_.is_cpu() ? hardware_threads() : std::min(hardware_threads(), kDeviceThreads);
}

torch::Tensor FeatureExtractor::logits(const torch::Tensor& features) const {
  const at::Tensor weight = net_->classifier();
  if (!weight.defined())
    fail("metrics", "IS", "the weights of " + name_ + " hold no classifier",
         "give a safetensors file with fc.weight [1008,2048] beside the others, or use --extractor effnetlite0");
  return features.to(at::kDouble).matmul(weight.to(at::kCPU, at::kDouble).t());
}

FeatureExtractor open_extractor(const std::string& what, const std::string& weights_dir, torch::Device device,
                                const ExtractorOptions& options) {
  if (what == "pixels") return {make_pixel_features(), "pixels", "none", device, options};
  if (what == "inception" || what == kFidName) return {find_weights(kFidName, weights_dir), device, options};
  if (what == kVggName) return {find_weights(kVggName, weights_dir), device, options};
  if (what == kEffNetName) return {find_weights(kEffNetName, weights_dir), device, options};
  if (what.find("::") != std::string::npos) {
    std::shared_ptr<FeatureNetwork> network = make_plugin_features(what);
    const std::string hash = plugin_hash(what);
    return {network, "custom:" + hash.substr(0, 8), hash, device, options};
  }
  if (!std::filesystem::is_regular_file(what))
    fail_usage("metrics", escaped(what), "is no extractor",
               did_you_mean(what, std::vector<std::string>{"inception", "effnetlite0", "pixels", "vgg16"},
                            "inception, effnetlite0, vgg16, pixels, a file of weights, or an operator of a plugin"));
  return {what, device, options};
}

}  // namespace centigan
