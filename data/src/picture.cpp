#include "centigan/data/picture.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace centigan {
namespace {

uint8_t over(int colour, int alpha, int behind) {
  return static_cast<uint8_t>((colour * alpha + behind * (255 - alpha) + 127) / 255);
}

// Rec. 601 luma in 16-bit fixed point, as most imaging libraries round it.
uint8_t luma(const uint8_t* rgb) {
  return static_cast<uint8_t>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}

// One pixel of 1 … 4 channels as RGB and alpha.
void read_rgba(const uint8_t* pixel, int64_t channels, uint8_t rgba[4]) {
  const bool colour = channels >= 3;
  for (int c = 0; c < 3; ++c) rgba[c] = pixel[colour ? c : 0];
  rgba[3] = channels % 2 == 0 ? pixel[channels - 1] : 255;
}

void flatten(uint8_t rgba[4], const Background& background, bool keep_alpha) {
  const int alpha = rgba[3];
  for (int c = 0; c < 3; ++c) {
    if (keep_alpha && !background.premultiply) continue;
    rgba[c] = over(rgba[c], alpha, background.premultiply ? 0 : background.rgb[c]);
  }
}

}  // namespace

bool parse_background(const std::string& text, Background& background) {
  if (text == "white") return background = {}, true;
  if (text == "black") return background = {{0, 0, 0}, false}, true;
  if (text == "premultiply") return background = {{0, 0, 0}, true}, true;
  if (text.size() != 7 || text[0] != '#') return false;
  for (size_t i = 1; i < 7; ++i)
    if (!std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  const auto value = std::strtoul(text.c_str() + 1, nullptr, 16);
  background = {{static_cast<uint8_t>(value >> 16), static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)},
                false};
  return true;
}

Picture with_channels(const Picture& picture, int64_t channels, const Background& background) {
  if (picture.channels == channels && channels % 2 == 1) return picture;
  Picture out{picture.width, picture.height, channels, {}};
  const int64_t count = picture.width * picture.height;
  out.pixels.resize(static_cast<size_t>(count * channels));
  for (int64_t i = 0; i < count; ++i) {
    uint8_t rgba[4];
    read_rgba(&picture.pixels[static_cast<size_t>(i * picture.channels)], picture.channels, rgba);
    flatten(rgba, background, channels == 4);
    uint8_t* pixel = &out.pixels[static_cast<size_t>(i * channels)];
    if (channels == 1) pixel[0] = luma(rgba);
    if (channels >= 3) std::copy(rgba, rgba + channels, pixel);
  }
  return out;
}

Picture upright(const Picture& picture, int orientation) {
  if (orientation <= 1) return picture;
  const bool swap = orientation >= 5;
  const bool mirror_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool mirror_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Picture out{picture.width, picture.height, picture.channels, {}};
  if (swap) std::swap(out.width, out.height);
  out.pixels.reserve(picture.pixels.size());
  for (int64_t y = 0; y < out.height; ++y)
    for (int64_t x = 0; x < out.width; ++x) {
      const int64_t u = swap ? y : x, v = swap ? x : y;
      const int64_t from_x = mirror_x ? picture.width - 1 - u : u, from_y = mirror_y ? picture.height - 1 - v : v;
      const auto from = picture.pixels.begin() + (from_y * picture.width + from_x) * picture.channels;
      out.pixels.insert(out.pixels.end(), from, from + picture.channels);
    }
  return out;
}

}  // namespace centigan
