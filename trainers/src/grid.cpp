#include "grid.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

#include "centigan/core/image.h"
#include "centigan/core/random.h"
#include "centigan/models/eval_scope.h"

namespace centigan {
namespace {

constexpr int64_t kSheetBatch = 16;

constexpr int64_t kMostClassRows = 32;

torch::Tensor sheet_latents(const std::vector<int64_t>& seeds, int64_t z_dim) {
  std::vector<torch::Tensor> rows;
  for (const int64_t seed : seeds) rows.push_back(runtime_latent(static_cast<uint64_t>(seed), z_dim));
  return at::stack(rows);
}

torch::Tensor sheet_labels(const std::vector<int64_t>& seeds, int64_t c_dim) {
  if (c_dim == 0) return {};
  return at::one_hot(at::tensor(seeds, at::kLong).remainder(c_dim), c_dim).to(at::kFloat);
}

std::vector<int64_t> first_seeds(int64_t count) {
  std::vector<int64_t> seeds(static_cast<size_t>(count));
  std::iota(seeds.begin(), seeds.end(), int64_t{0});
  return seeds;
}

// Columns and rows of a sheet: it should fit a screen, and stay a few megabytes.
int64_t sheet_side(const GeneratorShape& shape) {
  return shape.height * shape.width <= 256 * 256 ? 8 : 4;
}

}  // namespace

std::vector<int64_t> sheet_seeds(int64_t classes, int64_t side) {
  if (classes == 0) return first_seeds(side * side);
  std::vector<int64_t> seeds;
  for (int64_t c = 0; c < std::min(classes, kMostClassRows); ++c)
    for (int64_t column = 0; column < side; ++column) seeds.push_back(c + column * classes);
  return seeds;
}

Samples fixed_samples(Generator& generator, torch::Device device, int64_t c_dim, int64_t count) {
  return samples_of(generator, device, c_dim, first_seeds(count));
}

Samples samples_of(Generator& generator, torch::Device device, int64_t c_dim, const std::vector<int64_t>& seeds) {
  const at::NoGradGuard no_grad;
  SynthesisOptions options;
  options.noise = NoiseMode::kConst;
  Samples samples;
  const auto count = static_cast<int64_t>(seeds.size());
  samples.labels = sheet_labels(seeds, c_dim);
  if (c_dim > 0) samples.labels = samples.labels.to(device);
  std::vector<torch::Tensor> images;
  for (int64_t first = 0; first < count; first += kSheetBatch) {
    const int64_t some = std::min(kSheetBatch, count - first);
    const torch::Tensor c = c_dim > 0 ? samples.labels.narrow(0, first, some) : torch::Tensor();
    const std::vector<int64_t> batch(seeds.begin() + first, seeds.begin() + first + some);
    const torch::Tensor z = sheet_latents(batch, generator.shape().z_dim).to(device);
    images.push_back(generator.forward(z, c, 1.0, options));
  }
  samples.images = at::cat(images);
  return samples;
}

void write_sheet(const std::string& path, Generator& generator, torch::Device device, int64_t c_dim) {
  const int64_t side = sheet_side(generator.shape());
  const EvalScope eval(generator);
  const torch::Tensor images = to_uint8(samples_of(generator, device, c_dim, sheet_seeds(c_dim, side)).images).cpu();
  write_png(path, make_grid(images, side));
}

}  // namespace centigan
