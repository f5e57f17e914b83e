// Sample sheets cut and shrunk to what a page holds.
#pragma once
#include <torch/types.h>

#include <string>
#include <vector>

namespace centigan {

inline constexpr int64_t kPageSide = 768;

// uint8 [C,H,W]; undefined for a file that is no picture.
torch::Tensor read_sheet(const std::string& path);

// The columns and rows at the top left that fit into `side` pixels, at least four of each as far as there are, in cells
// of the given size; shrunk where even these are too large.
torch::Tensor cut_sheet(const torch::Tensor& sheet, int64_t cell_height, int64_t cell_width, int64_t side = kPageSide);

// The same as a PNG file: its own bytes where it fits as it is. "" if it is no picture.
std::string page_sheet(const std::string& path, int64_t cell_height, int64_t cell_width);

// uint8 [C,H,W] shrunk to at most these sides, antialiased.
torch::Tensor shrunk(const torch::Tensor& picture, int64_t height, int64_t width);

}  // namespace centigan
