#include "drawing.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstdio>

#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/image.h"
#include "centigan/core/progress.h"
#include "centigan/core/random.h"
#include "centigan/core/signals.h"
#include "labels.h"

namespace centigan {
namespace {

constexpr int64_t kDrawBatch = 16;

at::Tensor part(const at::Tensor& tensor, int64_t first, int64_t count, const at::Device& device) {
  return tensor.defined() ? tensor.narrow(0, first, count).to(device) : tensor;
}

at::Tensor draw_batch(Run& run, const DrawRequest& request, int64_t first, int64_t count, const at::Device& device) {
  Generator& generator = *run.generator;
  SynthesisOptions options;
  options.noise = request.noise;
  options.noise_seeds = request.noise_seeds.narrow(0, first, count);
  if (request.ws.defined()) {
    const auto ws = generator.truncate(part(request.ws, first, count, device), request.psi, request.cutoff);
    return generator.synthesis(ws, options).cpu();
  }
  const at::Tensor c = part(request.labels, first, count, device);
  return generator.forward(part(request.z, first, count, device), c, request.psi, options, request.cutoff).cpu();
}

}  // namespace

DrawRequest request_of_seeds(const GeneratorShape& shape, const std::vector<uint64_t>& seeds) {
  DrawRequest request;
  const int64_t count = static_cast<int64_t>(seeds.size());
  request.z = at::empty({count, shape.z_dim});
  request.noise_seeds = at::empty({count}, at::kLong);
  for (int64_t i = 0; i < count; ++i) {
    request.z[i].copy_(runtime_latent(seeds[i], shape.z_dim));
    request.noise_seeds.data_ptr<int64_t>()[i] = static_cast<int64_t>(seeds[i]);
  }
  if (shape.c_dim > 0) request.labels = one_hot_rows(request.noise_seeds.remainder(shape.c_dim), shape.c_dim);
  return request;
}

at::Tensor draw(Run& run, const DrawRequest& request, const std::string& verb, bool quiet) {
  const at::NoGradGuard guard;
  set_tf32(false);
  set_operator_threads(hardware_threads());
  const auto device = pick_device(run.config.trainer.device);
  run.generator->to(device);
  const GeneratorShape& shape = run.generator->shape();
  auto images = at::empty({request.count(), shape.channels, shape.height, shape.width});
  Progress progress(verb, request.count(), "pictures", quiet);
  for (int64_t first = 0; first < request.count(); first += kDrawBatch) {
    const int64_t count = std::min(kDrawBatch, request.count() - first);
    images.narrow(0, first, count).copy_(draw_batch(run, request, first, count, device));
    progress.update(first + count);
    leave_if_stopped(verb, std::to_string(first + count) + " of " + std::to_string(request.count()) + " pictures");
  }
  progress.finish();
  return images;
}

void leave_if_stopped(const std::string& verb, const std::string& done) {
  if (stop_requested())
    fail(verb, done, "stopped by a signal", "run the same command again; what existed is untouched");
}

std::string picture_name(uint64_t seed) {
  char name[40];
  std::snprintf(name, sizeof name, "seed%05llu.png", static_cast<unsigned long long>(seed));
  return name;
}

void write_pictures(const std::string& folder, const at::Tensor& images, const std::vector<uint64_t>& seeds) {
  make_folder(folder, "pictures");
  for (size_t i = 0; i < seeds.size(); ++i) write_png(folder + "/" + picture_name(seeds[i]), images[i]);
  if (seeds.size() > 1) write_png(folder + "/grid.png", make_grid(images));
}

}  // namespace centigan
