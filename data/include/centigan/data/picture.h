// One picture in memory, and what is done to it on its way to the training size. Includes no torch.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "centigan/data/scan.h"

namespace centigan {

// Rows of interleaved pixels, 8 bits a channel: pixels[(y * width + x) * channels + c]. Channels: 1 grey, 2 grey and
// alpha, 3 RGB, 4 RGB and alpha (straight, not premultiplied).
struct Picture {
  int64_t width = 0, height = 0, channels = 0;
  std::vector<uint8_t> pixels;
};

// Decodes what scan_image accepted (`scan` is its answer for these bytes); 16-bit channels keep the high byte, palettes
// are expanded. False: `problem` says why. Uses at most ScanLimits{}.max_memory, counted.
bool decode_image(const uint8_t* bytes, size_t size, const ImageScan& scan, Picture& picture, std::string& problem);

// Turns by the EXIF flag 1 … 8, so that the picture stands upright.
Picture upright(const Picture& picture, int orientation);

// What stands behind transparent pixels. `premultiply`: colour times alpha, which three channels see as black.
struct Background {
  uint8_t rgb[3] = {255, 255, 255};
  bool premultiply = false;
};

// "white", "black", "#rrggbb" or "premultiply". False: none of these.
bool parse_background(const std::string& text, Background& background);

// 1 (grey by Rec. 601), 3 (RGB) or 4 (RGB and alpha) channels; alpha is flattened onto the background unless kept.
Picture with_channels(const Picture& picture, int64_t channels, const Background& background);

enum class Fit { kCrop, kPad, kStretch };
enum class Filter { kBox, kLanczos };

// Height and width of pictures; one number is a square.
struct PictureSize {
  PictureSize(int64_t side) : height(side), width(side) {}  // NOLINT: meant to convert
  PictureSize(int64_t h, int64_t w) : height(h), width(w) {}
  bool square() const { return height == width; }
  std::string text() const { return std::to_string(width) + "x" + std::to_string(height); }
  int64_t height, width;
};

// A picture of that size. Crop takes the centre, pad adds the background (alpha 0 where there is alpha), stretch
// scales each axis by itself. Box averages areas exactly when it shrinks and is linear when it enlarges;
// lanczos has three lobes and widens when it shrinks. Computed in float, rounded once.
Picture fitted(const Picture& picture, PictureSize size, Fit fit, Filter filter, const Background& background);

// Scales to width x height.
Picture resized(const Picture& picture, int64_t width, int64_t height, Filter filter);

}  // namespace centigan
