// Pictures as tensors and PNG files.
#pragma once
#include <torch/types.h>

#include <string>

namespace centigan {

// float [-1,1] of any shape -> uint8 by clamp(floor(127.5 x + 128), 0, 255), the one rounding rule of the project.
torch::Tensor to_uint8(const torch::Tensor& images);

// uint8 [N,C,H,W] -> one picture uint8 [C, rows*H, columns*W]; columns 0: about square. Missing cells are white.
torch::Tensor make_grid(const torch::Tensor& images, int64_t columns = 0);

// uint8 [C,H,W], C = 1, 3 or 4, as the bytes of a PNG file.
std::string png_bytes(const torch::Tensor& image);

// The same, written atomically.
void write_png(const std::string& path, const torch::Tensor& image);

}  // namespace centigan
