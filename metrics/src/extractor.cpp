#include "centigan/metrics/extractor.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <atomic>
#include <functional>
#include <future>
#include <vector>

#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/safetensors.h"
#include "centigan/metrics/float32_probe.h"
#include "inception.h"

namespace centigan {
namespace {

constexpr const char* kFidName = "inception-2015-12-05";
constexpr const char* kFidHash = "b7bd1d8038ff41df2ba567c0a60f83bdd5c2173b0ac5ef5b28fa88ba8b1ed9c5";
constexpr int64_t kChunk = 8;  // fixed, so that a caller's batch size changes neither memory nor digits

// IEEE float32, one thread an operator, no graph; what training had set comes back afterwards.
class MeasuringScope {
 public:
  MeasuringScope()
      : threads_(at::get_num_threads()),
        tf32_(at::globalContext().float32Precision(at::Float32Backend::CUDA, at::Float32Op::CONV) ==
              at::Float32Precision::TF32) {
    set_operator_threads(1);
    set_tf32(false);
  }
  ~MeasuringScope() {
    set_tf32(tf32_);
    set_operator_threads(threads_);
  }
  MeasuringScope(const MeasuringScope&) = delete;
  MeasuringScope& operator=(const MeasuringScope&) = delete;

 private:
  at::NoGradGuard no_grad_;
  int threads_;
  bool tf32_;
};

// Whole chunks a thread rather than every operator on all cores: the threads meet once, not at each layer, which beside
// another busy program is several times faster.
void share_work(int64_t chunks, int threads, const std::function<void(int64_t)>& work) {
  std::atomic<int64_t> next{0};
  const auto worker = [&] {
    const at::NoGradGuard no_grad;
    for (int64_t chunk = next++; chunk < chunks; chunk = next++) work(chunk);
  };
  std::vector<std::future<void>> others;
  const int64_t helpers = std::min<int64_t>(threads, chunks) - 1;
  for (int64_t i = 0; i < helpers; ++i) others.push_back(std::async(std::launch::async, worker));
  worker();
  for (auto& other : others) other.get();
}

at::Tensor network_input(const at::Tensor& images, const torch::Device& device) {
  const at::Tensor resized = resize_tf1(images).sub_(128).div_(128);
  const at::Tensor colour = resized.size(1) == 1 ? resized.expand({-1, 3, -1, -1}) : resized;
  return colour.to(device).contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

FeatureExtractor::FeatureExtractor(const std::string& weights_path, torch::Device device) : device_(device) {
  const Safetensors file = read_safetensors(weights_path);
  const MeasuringScope scope;
  net_ = std::make_shared<Inception>(file.tensors, device, weights_path);
  hash_ = centigan::weights_hash(file.tensors);
  name_ = hash_ == kFidHash ? kFidName : "custom:" + hash_.substr(0, 8);
  check_float32_probe(float32_probe(device));
}

FeatureExtractor::~FeatureExtractor() = default;

bool FeatureExtractor::is_fid_network() const {
  return hash_ == kFidHash;
}

torch::Tensor FeatureExtractor::features(const torch::Tensor& images) {
  const bool colour = images.dim() == 4 && (images.size(1) == 3 || images.size(1) == 1);
  if (!colour || images.scalar_type() != at::kByte) {
    fail("metrics", "features", "pictures must be uint8 [N,3,H,W] or [N,1,H,W], got " + c10::str(images.sizes()),
         "round them to 8 bit first, and flatten alpha");
  }
  const MeasuringScope scope;
  at::Tensor result = at::empty({images.size(0), 2048}, at::kFloat);
  const int64_t chunks = (images.size(0) + kChunk - 1) / kChunk;
  share_work(chunks, device_.is_cpu() ? hardware_threads() : 1, [&](int64_t chunk) {
    const int64_t first = chunk * kChunk, count = std::min(kChunk, images.size(0) - first);
    result.narrow(0, first, count).copy_(net_->forward(network_input(images.narrow(0, first, count), device_)));
  });
  return result;
}

}  // namespace centigan
