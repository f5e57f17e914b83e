#include "centigan/core/image.h"

#include <ATen/ops/clamp.h>
#include <ATen/ops/full.h>

#include <cmath>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "element_type.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

namespace centigan {
namespace {

void append_png_bytes(void* context, void* data, int size) {
  static_cast<std::string*>(context)->append(static_cast<const char*>(data), static_cast<size_t>(size));
}

// `dims` names the layout: "CHW" or "NCHW".
void check_pictures(const torch::Tensor& image, const std::string& dims, const std::string& where) {
  const int64_t d = static_cast<int64_t>(dims.size());
  const bool fits = image.dim() == d && image.scalar_type() == at::kByte && image.numel() > 0;
  const int64_t channels = fits ? image.size(d - 3) : 0;
  if (!fits || (d == 3 && channels != 1 && channels != 3 && channels != 4)) {
    fail("image", where,
         "a picture must be uint8 [" + dims + "] with 1, 3 or 4 channels, not " + at::toString(image.scalar_type()) +
             " of " + std::to_string(image.dim()) + " dimensions and " + std::to_string(image.numel()) + " values",
         "this is a mistake in the program; please report it");
  }
}

}  // namespace

torch::Tensor to_uint8(const torch::Tensor& images) {
  return images.detach().to(at::kFloat).mul(127.5).add_(128.0).floor_().clamp_(0, 255).to(at::kByte);
}

torch::Tensor make_grid(const torch::Tensor& images, int64_t columns) {
  check_pictures(images, "NCHW", "grid");
  const int64_t n = images.size(0), c = images.size(1), h = images.size(2), w = images.size(3);
  if (columns <= 0) columns = static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(n))));
  const int64_t rows = (n + columns - 1) / columns;
  torch::Tensor cells = at::full({rows * columns, c, h, w}, 255, images.options());
  cells.narrow(0, 0, n).copy_(images);
  return cells.view({rows, columns, c, h, w}).permute({2, 0, 3, 1, 4}).reshape({c, rows * h, columns * w});
}

std::string png_bytes(const torch::Tensor& image) {
  check_pictures(image, "CHW", "PNG");
  const torch::Tensor pixels = plain_tensor(image).permute({1, 2, 0}).contiguous();
  const int height = static_cast<int>(pixels.size(0)), width = static_cast<int>(pixels.size(1));
  const int channels = static_cast<int>(pixels.size(2));
  std::string bytes;
  stbi_write_png_to_func(append_png_bytes, &bytes, width, height, channels, pixels.data_ptr(), width * channels);
  return bytes;
}

void write_png(const std::string& path, const torch::Tensor& image) {
  check_pictures(image, "CHW", path);
  const std::string bytes = png_bytes(image);
  write_file_atomically(path, bytes.data(), bytes.size(), "image");
}

}  // namespace centigan
