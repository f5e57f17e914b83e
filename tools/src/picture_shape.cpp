#include "picture_shape.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace centigan {
namespace {

bool read_side(const std::string& text, int64_t& side) {
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, side);
  return read.ec == std::errc() && read.ptr == end && side >= 4 && side <= 65536;
}

}  // namespace

std::optional<std::pair<int64_t, int64_t>> read_size(const std::string& text) {
  const size_t cross = std::min(text.find('x'), text.size());
  const std::string second = cross < text.size() ? text.substr(cross + 1) : text;
  std::pair<int64_t, int64_t> size;
  for (const auto& [side, digits] :
       {std::make_pair(&size.first, text.substr(0, cross)), std::make_pair(&size.second, second)}) {
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), *side);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || *side < 1 || *side > 4096) return {};
  }
  return size;
}

std::vector<std::pair<std::string, std::string>> settings_of_shape(const std::string& text) {
  const size_t cross = text.find('x');
  int64_t width = 0, height = 0, resolution = 4;
  if (cross == std::string::npos || !read_side(text.substr(0, cross), width) ||
      !read_side(text.substr(cross + 1), height))
    return {};
  for (; width % 2 == 0 && height % 2 == 0 && std::min(width, height) >= 8; width /= 2, height /= 2) resolution *= 2;
  return {{"model.resolution", std::to_string(resolution)},
          {"model.stylegan2.base_width", std::to_string(width)},
          {"model.stylegan2.base_height", std::to_string(height)}};
}

}  // namespace centigan
