#include "grid.h"

#include <ATen/ATen.h>

#include "centigan/core/image.h"
#include "centigan/core/random.h"

namespace centigan {
namespace {

constexpr int64_t kSheetBatch = 16;

torch::Tensor sheet_latents(int64_t first, int64_t count, int64_t z_dim) {
  std::vector<torch::Tensor> rows;
  for (int64_t seed = first; seed < first + count; ++seed) rows.push_back(runtime_latent(seed, z_dim));
  return at::stack(rows);
}

torch::Tensor sheet_labels(int64_t count, int64_t c_dim) {
  if (c_dim == 0) return {};
  return at::one_hot(at::arange(count, at::kLong).remainder(c_dim), c_dim).to(at::kFloat);
}

// Columns and rows of a sheet: it should fit a screen, and stay a few megabytes.
int64_t sheet_side(const GeneratorShape& shape) {
  return shape.height * shape.width <= 256 * 256 ? 8 : 4;
}

}  // namespace

Samples fixed_samples(Generator& generator, torch::Device device, int64_t c_dim, int64_t count) {
  const at::NoGradGuard no_grad;
  SynthesisOptions options;
  options.noise = NoiseMode::kConst;
  Samples samples;
  samples.labels = sheet_labels(count, c_dim);
  if (c_dim > 0) samples.labels = samples.labels.to(device);
  std::vector<torch::Tensor> images;
  for (int64_t first = 0; first < count; first += kSheetBatch) {
    const int64_t some = std::min(kSheetBatch, count - first);
    const torch::Tensor c = c_dim > 0 ? samples.labels.narrow(0, first, some) : torch::Tensor();
    const torch::Tensor z = sheet_latents(first, some, generator.shape().z_dim).to(device);
    images.push_back(generator.forward(z, c, 1.0, options));
  }
  samples.images = at::cat(images);
  return samples;
}

void write_sheet(const std::string& path, Generator& generator, torch::Device device, int64_t c_dim) {
  const int64_t side = sheet_side(generator.shape());
  generator.eval();
  const torch::Tensor images = to_uint8(fixed_samples(generator, device, c_dim, side * side).images).cpu();
  generator.train();
  write_png(path, make_grid(images, side));
}

}  // namespace centigan
