#include "sheet.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "centigan/core/image.h"
#include "centigan/data/dataset.h"
#include "centigan/data/folder.h"

namespace centigan {
namespace {

constexpr int64_t kFewestCells = 4;

std::vector<uint8_t> sheet_bytes(const std::string& path) {
  std::vector<uint8_t> bytes;
  const std::string problem = read_picture_file(path, int64_t{1} << 28, bytes);
  if (!problem.empty()) bytes.clear();
  return bytes;
}

at::Tensor decoded_sheet(const std::vector<uint8_t>& bytes) {
  Picture picture;
  std::string problem;
  const ImageScan scan = scan_image(bytes.data(), bytes.size());
  if (!scan.good() || !decode_image(bytes.data(), bytes.size(), scan, picture, problem)) return {};
  if (picture.channels == 2) picture = with_channels(picture, 4, Background());
  return picture_planes(picture);
}

int64_t kept_side(int64_t side, int64_t cell, int64_t room) {
  const int64_t cells = std::max<int64_t>(1, side / std::max<int64_t>(cell, 1));
  return std::min(side, cell * std::min(cells, std::max(kFewestCells, room / std::max<int64_t>(cell, 1))));
}

}  // namespace

torch::Tensor read_sheet(const std::string& path) {
  return decoded_sheet(sheet_bytes(path));
}

torch::Tensor shrunk(const torch::Tensor& picture, int64_t height, int64_t width) {
  const double factor = std::min(static_cast<double>(height) / static_cast<double>(picture.size(1)),
                                 static_cast<double>(width) / static_cast<double>(picture.size(2)));
  if (factor >= 1) return picture;
  const auto side = [&](int64_t dim) {
    return std::max<int64_t>(1, std::llround(factor * static_cast<double>(picture.size(dim))));
  };
  const at::Tensor x = picture.unsqueeze(0).to(at::kFloat);
  return at::_upsample_bilinear2d_aa(x, {side(1), side(2)}, false).squeeze(0).round_().clamp_(0, 255).to(at::kByte);
}

torch::Tensor cut_sheet(const torch::Tensor& sheet, int64_t cell_height, int64_t cell_width, int64_t side) {
  const int64_t height = kept_side(sheet.size(1), cell_height, side);
  const int64_t width = kept_side(sheet.size(2), cell_width, side);
  return shrunk(sheet.narrow(1, 0, height).narrow(2, 0, width), side, side);
}

std::string page_sheet(const std::string& path, int64_t cell_height, int64_t cell_width) {
  const std::vector<uint8_t> bytes = sheet_bytes(path);
  const ImageScan scan = scan_image(bytes.data(), bytes.size());
  if (!scan.good()) return "";
  if (std::max(scan.width, scan.height) <= kPageSide) return std::string(bytes.begin(), bytes.end());
  const at::Tensor sheet = decoded_sheet(bytes);
  return sheet.defined() ? png_bytes(cut_sheet(sheet, cell_height, cell_width)) : "";
}

}  // namespace centigan
