// Separable resampling: columns first, then rows, in float; one rounding at the end.
#include <algorithm>
#include <cmath>

#include "centigan/data/picture.h"

namespace centigan {
namespace {

struct Taps {
  int64_t first = 0;
  std::vector<float> weights;  // sum to one
};

double lanczos3(double x) {
  if (x == 0) return 1;
  if (std::abs(x) >= 3) return 0;
  const double t = x * 3.14159265358979323846;
  return 3 * std::sin(t) * std::sin(t / 3) / (t * t);
}

double triangle(double x) {
  return std::max(0.0, 1 - std::abs(x));
}

Taps normalized(int64_t first, const std::vector<double>& weights) {
  double sum = 0;
  for (const double w : weights) sum += w;
  Taps taps{first, {}};
  for (const double w : weights) taps.weights.push_back(static_cast<float>(w / sum));
  return taps;
}

// The share of each source pixel in [i * scale, (i + 1) * scale).
Taps area_taps(int64_t i, int64_t from, int64_t to) {
  const int64_t begin = i * from, end = begin + from;  // in units of 1 / to of a pixel
  std::vector<double> weights;
  for (int64_t p = begin / to; p * to < end; ++p)
    weights.push_back(static_cast<double>(std::min(end, (p + 1) * to) - std::max(begin, p * to)));
  return normalized(begin / to, weights);
}

Taps kernel_taps(int64_t i, int64_t from, int64_t to, double support, double (*kernel)(double)) {
  const double scale = static_cast<double>(from) / static_cast<double>(to), widened = std::max(scale, 1.0);
  const double centre = (static_cast<double>(i) + 0.5) * scale;
  const auto first = std::max<int64_t>(0, static_cast<int64_t>(centre - support * widened + 0.5));
  const auto last = std::min<int64_t>(from, static_cast<int64_t>(centre + support * widened + 0.5));
  std::vector<double> weights;
  for (int64_t p = first; p < last; ++p) weights.push_back(kernel((static_cast<double>(p) + 0.5 - centre) / widened));
  return normalized(first, weights);
}

std::vector<Taps> axis_taps(int64_t from, int64_t to, Filter filter) {
  std::vector<Taps> all;
  for (int64_t i = 0; i < to; ++i) {
    if (from == to)
      all.push_back({i, {1.0f}});
    else if (filter == Filter::kLanczos)
      all.push_back(kernel_taps(i, from, to, 3, lanczos3));
    else if (from > to)
      all.push_back(area_taps(i, from, to));
    else
      all.push_back(kernel_taps(i, from, to, 1, triangle));
  }
  return all;
}

// One row as floats; colours times alpha, so that transparent pixels do not bleed.
void load_row(const Picture& picture, int64_t y, std::vector<float>& row) {
  const auto begin = picture.pixels.begin() + y * picture.width * picture.channels;
  row.assign(begin, begin + picture.width * picture.channels);
  if (picture.channels != 4) return;
  for (size_t i = 0; i < row.size(); i += 4)
    for (size_t c = 0; c < 3; ++c) row[i + c] *= row[i + 3] / 255;
}

void filter_row(const std::vector<float>& row, int64_t channels, const std::vector<Taps>& taps, float* out) {
  for (const Taps& tap : taps)
    for (int64_t c = 0; c < channels; ++c) {
      float sum = 0;
      const float* source = &row[static_cast<size_t>(tap.first * channels + c)];
      for (const float weight : tap.weights) sum += weight * *source, source += channels;
      *out++ = sum;
    }
}

uint8_t rounded(float value) {
  return static_cast<uint8_t>(std::min(255.0f, std::max(0.0f, std::floor(value + 0.5f))));
}

void store_row(const std::vector<float>& sums, int64_t channels, uint8_t* out) {
  for (size_t i = 0; i < sums.size(); ++i) {
    const size_t alpha_at = i - i % 4 + 3;
    const bool straighten = channels == 4 && i != alpha_at && sums[alpha_at] > 0;
    out[i] = rounded(straighten ? sums[i] * 255 / sums[alpha_at] : sums[i]);
  }
}

bool same_shape(const Picture& picture, PictureSize size) {
  return picture.width * size.height == picture.height * size.width;
}

// The largest part in the centre with the shape of `size`.
Picture centre_part(const Picture& picture, PictureSize size) {
  const int64_t width = std::clamp<int64_t>(picture.height * size.width / size.height, 1, picture.width);
  const int64_t height = std::clamp<int64_t>(picture.width * size.height / size.width, 1, picture.height);
  const int64_t x = (picture.width - width) / 2, y = (picture.height - height) / 2, row = width * picture.channels;
  Picture out{width, height, picture.channels, {}};
  for (int64_t i = 0; i < height; ++i) {
    const auto from = picture.pixels.begin() + ((y + i) * picture.width + x) * picture.channels;
    out.pixels.insert(out.pixels.end(), from, from + row);
  }
  return out;
}

Picture background_picture(PictureSize size, int64_t channels, const Background& background) {
  const Picture white{1, 1, 4, {background.rgb[0], background.rgb[1], background.rgb[2], 0}};
  const Picture pixel = with_channels(white, channels, background);
  Picture out{size.width, size.height, channels, {}};
  for (int64_t i = 0; i < size.width * size.height; ++i)
    out.pixels.insert(out.pixels.end(), pixel.pixels.begin(), pixel.pixels.end());
  return out;
}

// The side that is relatively longer fills `size`, the other is scaled in proportion, in the middle of the background.
Picture padded(const Picture& picture, PictureSize size, Filter filter, const Background& background) {
  const bool wide = picture.width * size.height >= picture.height * size.width;
  const int64_t to = wide ? size.width : size.height, from = wide ? picture.width : picture.height;
  const auto scaled = [&](int64_t length) { return std::max<int64_t>(1, (length * to * 2 + from) / (2 * from)); };
  const Picture inner = resized(picture, scaled(picture.width), scaled(picture.height), filter);
  Picture out = background_picture(size, picture.channels, background);
  const int64_t x = (size.width - inner.width) / 2, y = (size.height - inner.height) / 2;
  const int64_t row = inner.width * inner.channels;
  for (int64_t i = 0; i < inner.height; ++i)
    std::copy_n(inner.pixels.begin() + i * row, row, out.pixels.begin() + ((y + i) * size.width + x) * inner.channels);
  return out;
}

}  // namespace

Picture resized(const Picture& picture, int64_t width, int64_t height, Filter filter) {
  if (width == picture.width && height == picture.height) return picture;
  const auto columns = axis_taps(picture.width, width, filter), rows = axis_taps(picture.height, height, filter);
  const int64_t stride = width * picture.channels;
  std::vector<float> row, middle(static_cast<size_t>(picture.height * stride));
  for (int64_t y = 0; y < picture.height; ++y) {
    load_row(picture, y, row);
    filter_row(row, picture.channels, columns, &middle[static_cast<size_t>(y * stride)]);
  }
  Picture out{width, height, picture.channels, std::vector<uint8_t>(static_cast<size_t>(height * stride))};
  std::vector<float> sums(static_cast<size_t>(stride));
  for (int64_t y = 0; y < height; ++y) {
    const Taps& tap = rows[static_cast<size_t>(y)];
    std::fill(sums.begin(), sums.end(), 0.0f);
    for (size_t k = 0; k < tap.weights.size(); ++k) {
      const float* source = &middle[static_cast<size_t>((tap.first + static_cast<int64_t>(k)) * stride)];
      for (size_t i = 0; i < sums.size(); ++i) sums[i] += tap.weights[k] * source[i];
    }
    store_row(sums, picture.channels, &out.pixels[static_cast<size_t>(y * stride)]);
  }
  return out;
}

Picture fitted(const Picture& picture, PictureSize size, Fit fit, Filter filter, const Background& background) {
  if (fit == Fit::kStretch || same_shape(picture, size)) return resized(picture, size.width, size.height, filter);
  if (fit == Fit::kPad) return padded(picture, size, filter, background);
  return resized(centre_part(picture, size), size.width, size.height, filter);
}

}  // namespace centigan
