#include "grid.h"

#include <ATen/ATen.h>

#include "centigan/core/image.h"
#include "centigan/core/random.h"

namespace centigan {
namespace {

constexpr int64_t kSheetPictures = 64, kSheetBatch = 16;

torch::Tensor sheet_latents(int64_t first, int64_t z_dim) {
  std::vector<torch::Tensor> rows;
  for (int64_t seed = first; seed < first + kSheetBatch; ++seed) rows.push_back(runtime_latent(seed, z_dim));
  return at::stack(rows);
}

torch::Tensor sheet_labels(int64_t first, int64_t c_dim) {
  if (c_dim == 0) return {};
  return at::one_hot(at::arange(first, first + kSheetBatch, at::kLong).remainder(c_dim), c_dim).to(at::kFloat);
}

}  // namespace

void write_sheet(const std::string& path, Generator& generator, torch::Device device, int64_t c_dim) {
  const at::NoGradGuard no_grad;
  SynthesisOptions options;
  options.noise = NoiseMode::kConst;
  std::vector<torch::Tensor> images;
  generator.eval();
  for (int64_t first = 0; first < kSheetPictures; first += kSheetBatch) {
    torch::Tensor c = sheet_labels(first, c_dim);
    if (c.defined()) c = c.to(device);
    const torch::Tensor z = sheet_latents(first, generator.shape().z_dim).to(device);
    images.push_back(to_uint8(generator.forward(z, c, 1.0, options)).cpu());
  }
  generator.train();
  write_png(path, make_grid(at::cat(images), 8));
}

}  // namespace centigan
