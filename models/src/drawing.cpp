#include "centigan/models/drawing.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "centigan/core/device.h"
#include "centigan/core/exact_scope.h"
#include "centigan/models/eval_scope.h"

namespace centigan {
namespace {

constexpr int64_t kDrawBatch = 16;

at::Tensor drawing_part(const at::Tensor& tensor, int64_t first, int64_t count, const at::Device& device) {
  return tensor.defined() ? tensor.narrow(0, first, count).to(device) : tensor;
}

at::Tensor draw_batch(Generator& generator, const DrawRequest& request, int64_t first, int64_t count,
                      const at::Device& device) {
  SynthesisOptions options;
  options.noise = request.noise;
  options.noise_seeds = drawing_part(request.noise_seeds, first, count, at::kCPU);
  const at::Tensor c = drawing_part(request.labels, first, count, device);
  if (request.ws.defined()) {
    const auto ws = drawing_part(request.ws, first, count, device);
    return generator.synthesis(generator.truncate(ws, request.psi, request.cutoff, c), options).cpu();
  }
  const at::Tensor z = drawing_part(request.z, first, count, device);
  return generator.forward(z, c, request.psi, options, request.cutoff).cpu();
}

}  // namespace

int64_t class_of_seed(uint64_t seed, int64_t classes) {
  return classes > 0 ? static_cast<int64_t>(seed % static_cast<uint64_t>(classes)) : 0;
}

torch::Tensor drawn_labels(const RandomStream& stream, int64_t first, int64_t count, int64_t classes) {
  if (classes == 0) return {};
  std::vector<int64_t> labels;
  for (int64_t i = first; i < first + count; ++i) labels.push_back(stream.integer(i, classes));
  return at::one_hot(at::tensor(labels, at::kLong), classes).to(at::kFloat);
}

DrawRequest request_of_seeds(const GeneratorShape& shape, const std::vector<uint64_t>& seeds) {
  DrawRequest request;
  const int64_t count = static_cast<int64_t>(seeds.size());
  request.z = at::empty({count, shape.z_dim});
  request.noise_seeds = at::empty({count}, at::kLong);
  for (int64_t i = 0; i < count; ++i) {
    request.z[i].copy_(runtime_latent(seeds[i], shape.z_dim));
    request.noise_seeds.data_ptr<int64_t>()[i] = static_cast<int64_t>(seeds[i]);
  }
  if (shape.c_dim == 0) return request;
  std::vector<int64_t> labels;
  for (const uint64_t seed : seeds) labels.push_back(class_of_seed(seed, shape.c_dim));
  request.labels = at::one_hot(at::tensor(labels, at::kLong), shape.c_dim).to(at::kFloat);
  return request;
}

at::Tensor draw_pictures(Generator& generator, const DrawRequest& request, torch::Device device,
                         const std::function<void(int64_t done)>& watch) {
  const ExactScope exact(hardware_threads());
  return draw_pictures_as_set(generator, request, device, watch);
}

at::Tensor draw_pictures_as_set(Generator& generator, const DrawRequest& request, torch::Device device,
                                const std::function<void(int64_t done)>& watch) {
  const at::NoGradGuard no_grad;
  const EvalScope eval(generator);
  const GeneratorShape& shape = generator.shape();
  auto images = at::empty({request.count(), shape.channels, shape.height, shape.width});
  for (int64_t first = 0; first < request.count(); first += kDrawBatch) {
    const int64_t count = std::min(kDrawBatch, request.count() - first);
    images.narrow(0, first, count).copy_(draw_batch(generator, request, first, count, device));
    if (watch) watch(first + count);
  }
  return images;
}

}  // namespace centigan
