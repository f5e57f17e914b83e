#include "naive.h"

#include <algorithm>
#include <cmath>

namespace naive {
namespace {

using Ints = std::vector<int64_t>;

constexpr int64_t kQ = (int64_t{1} << 30) - 1;

int64_t clamp(int64_t v, int64_t lo, int64_t hi) { return std::min(std::max(v, lo), hi); }
int64_t clampq(int64_t v) { return clamp(v, -kQ, kQ); }
int64_t sat8(int64_t v) { return clamp(v, -127, 127); }

// Division by 2^bits that rounds down, spelled without a shift of a negative number.
int64_t floor_div(int64_t v, int bits) {
  const int64_t d = int64_t{1} << bits;
  return v >= 0 ? v / d : -((-v + d - 1) / d);
}

int64_t little(const uint8_t* p, int bytes, bool is_signed) {
  int64_t v = 0;
  for (int i = 0; i < bytes; ++i) v += int64_t(p[i]) << (8 * i);
  const int64_t range = int64_t{1} << (8 * bytes);
  return is_signed && v >= range / 2 ? v - range : v;
}

struct Layer {
  int type, level, wbits, flags, shift, gain_shift, sbias_shift, sbias_up, const_shift;
  int64_t cin, cout, slope;
  const uint8_t* blob[9];
  int index;
  bool has(int flag) const { return flags & flag; }
};

struct Model {
  const uint8_t* file;
  int64_t field(int at, int bytes) const { return little(file + at, bytes, false); }
  int64_t style() const { return field(38, 2); }
  int64_t channels() const { return file[27]; }

  std::vector<Layer> layers() const {
    std::vector<Layer> out;
    for (int k = 0; k < field(40, 2); ++k) {
      const uint8_t* p = file + 96 + 16 * field(42, 2) + 64 * k;
      Layer l{p[0], p[1], p[2], p[3], p[8], p[9], p[10], p[11], p[14], little(p + 4, 2, false), little(p + 6, 2, false),
              little(p + 12, 2, true), {}, k};
      for (int b = 0; b < 9; ++b) l.blob[b] = file + little(p + 16 + 4 * b, 4, false);
      out.push_back(l);
    }
    return out;
  }
};

// Element i of a filter of n elements, as one long little-endian number.
int64_t element(const Layer& l, int64_t filter, int64_t n, int64_t i) {
  const int64_t pitch = ((n * l.wbits + 7) / 8 + 3) / 4 * 4;
  const uint8_t* p = l.blob[0] + filter * pitch;
  int64_t v = 0;
  for (int b = 0; b < l.wbits; ++b) {
    const int64_t bit = i * l.wbits + b;
    v += int64_t(p[bit / 8] >> (bit % 8) & 1) << b;
  }
  return v >= int64_t{1} << (l.wbits - 1) ? v - (int64_t{1} << l.wbits) : v;
}

struct Map {
  int64_t h = 0, w = 0, c = 0;
  Ints v;
  Map() = default;
  Map(int64_t height, int64_t width, int64_t channels) : h(height), w(width), c(channels), v(size_t(h * w * c)) {}
  int64_t& at(int64_t y, int64_t x, int64_t k) { return v[size_t((y * w + x) * c + k)]; }
  int64_t at(int64_t y, int64_t x, int64_t k) const { return v[size_t((y * w + x) * c + k)]; }
  int64_t padded(int64_t y, int64_t x, int64_t k) const { return y < 0 || x < 0 || y >= h || x >= w ? 0 : at(y, x, k); }
};

class Picture {
 public:
  Picture(const uint8_t* file, uint64_t seed, uint32_t label, const Options& options)
      : model_{file}, seed_(seed), options_(options), label_(label) {
    if (label == 0xFFFFFFFFu) label_ = int64_t(uint64_t(hash32(seed, 2, 0)) * uint64_t(model_.field(36, 2)) >> 32);
  }

  std::vector<uint8_t> draw() {
    make_style();
    const int64_t top = model_.file[28] + options_.quality;
    for (const Layer& l : model_.layers()) {
      if (l.level > top || l.type == 1) continue;
      if (l.type == 6) to_rgb(l);
      else features(l);
    }
    return pixels();
  }

 private:
  bool truncates_latent() const { return model_.field(20, 4) & 1; }

  void make_style() {
    const int64_t latent = model_.field(32, 2), embed = model_.field(34, 2);
    for (int64_t i = 0; i < latent; ++i) {
      const int64_t v = options_.latent ? options_.latent[i] : g12(seed_, 1, uint32_t(i));
      int64_t z = clamp(floor_div(v + 64, 7), -127, 127);
      if (truncates_latent()) z = floor_div(z * options_.truncation + 128, 8);
      w_.push_back(z);
    }
    for (int64_t i = 0; i < embed; ++i) w_.push_back(little(model_.file + model_.field(56, 4) + label_ * embed + i, 1, true));
    for (const Layer& l : model_.layers())
      if (l.type == 1) map(l);
    truncate();
  }

  void map(const Layer& l) {
    Ints out;
    for (int64_t o = 0; o < l.cout; ++o) {
      const int64_t lim = int64_t{1} << (29 - l.shift), q = clampq(little(l.blob[1] + 8 * o + 4, 4, true));
      int64_t u = clamp(little(l.blob[1] + 8 * o, 4, true), -lim, lim);
      for (int64_t i = 0; i < l.cin; ++i) u += element(l, o, l.cin, i) * w_[size_t(i)];
      out.push_back(sat8(requantise(u, u >= 0 ? q : clampq(floor_div(q * l.slope + 8192, 14)), l.shift)));
    }
    w_ = out;
  }

  void truncate() {
    const int64_t row = model_.field(44, 2) > 1 ? label_ : 0;
    for (int64_t i = 0; i < model_.style(); ++i) {
      const int64_t c = little(model_.file + model_.field(60, 4) + row * model_.style() + i, 1, true);
      int64_t& w = w_[size_t(i)];
      if (!truncates_latent()) w = c + floor_div((w - c) * options_.truncation + 128, 8);
      w = sat8(w);
    }
  }

  int64_t affine(const uint8_t* weights, const uint8_t* params, int64_t row, int shift) const {
    const int64_t pitch = (model_.style() + 3) / 4 * 4, lim = int64_t{1} << (29 - shift);
    int64_t u = clamp(little(params + 8 * row, 4, true), -lim, lim);
    for (int64_t i = 0; i < model_.style(); ++i) u += little(weights + row * pitch + i, 1, true) * w_[size_t(i)];
    return clamp(requantise(u, clampq(little(params + 8 * row + 4, 4, true)), shift), -32767, 32767);
  }

  int64_t gain(const Layer& l, int64_t c) const { return l.has(1) ? affine(l.blob[2], l.blob[3], c, l.gain_shift) : 4096; }

  int64_t bias(const Layer& l, int64_t o) const {
    const int64_t lim = int64_t{1} << (29 - l.shift), fixed = clamp(little(l.blob[1] + 8 * o, 4, true), -lim, lim);
    const int64_t moved = l.has(2) ? affine(l.blob[4], l.blob[5], o, l.sbias_shift) * (int64_t{1} << l.sbias_up) : 0;
    return clamp(fixed + moved, -lim, lim);
  }

  int64_t multiplier(const Layer& l, int64_t o) const {
    int64_t q = clampq(little(l.blob[1] + 8 * o + 4, 4, true));
    q = clampq(floor_div(q * gain(l, o) + 2048, 12));
    if (!l.has(4)) return q;
    int64_t energy = 0;
    const int64_t pitch = (l.cin + 3) / 4 * 4;
    for (int64_t c = 0; c < l.cin; ++c) energy += gains_[size_t(c)] * gains_[size_t(c)] * l.blob[6][o * pitch + c];
    const int64_t n = energy / 256 + 1;
    int64_t root = int64_t(std::sqrt(double(n)));
    while (root * root > n) --root;
    while ((root + 1) * (root + 1) <= n) ++root;
    return clampq(floor_div(q * (2147483647 / root) + 32768, 16));
  }

  // Sum of one output value, before bias.
  int64_t sum(const Layer& l, int64_t y, int64_t x, int64_t o) const {
    int64_t acc = 0;
    if (l.type == 2) {
      const int64_t n = (y * model_.file[25] + x) * l.cout + o;
      acc = little(l.blob[8] + n, 1, true) * (int64_t{1} << l.const_shift);
      for (int64_t i = 0; l.has(16) && i < model_.style(); ++i) acc += element(l, n, model_.style(), i) * w_[size_t(i)];
    } else if (l.type == 5) {
      const int64_t a = y % 2, b = x % 2;
      for (int64_t ky = 0; ky < 2; ++ky)
        for (int64_t kx = 0; kx < 2; ++kx)
          for (int64_t c = 0; c < l.cin; ++c)
            acc += element(l, (2 * a + b) * l.cout + o, 4 * l.cin, (ky * 2 + kx) * l.cin + c) *
                   map_.padded(y / 2 + a - 1 + ky, x / 2 + b - 1 + kx, c);
    } else {
      for (int64_t ky = 0; ky < 3; ++ky)
        for (int64_t kx = 0; kx < 3; ++kx)
          for (int64_t c = 0; c < l.cin; ++c)
            acc += element(l, o, 9 * l.cin, (ky * 3 + kx) * l.cin + c) * input(l, y + ky - 1, x + kx - 1, c);
    }
    return acc;
  }

  int64_t input(const Layer& l, int64_t y, int64_t x, int64_t c) const {
    if (l.type == 3) return map_.padded(y, x, c);
    if (y < 0 || x < 0 || y >= 2 * map_.h || x >= 2 * map_.w) return 0;
    return map_.at(y / 2, x / 2, c);
  }

  void features(const Layer& l) {
    const int64_t h = int64_t{model_.file[24]} << l.level, w = int64_t{model_.file[25]} << l.level;
    const uint64_t noise_seed = options_.noise == 1 ? uint64_t(model_.field(48, 4)) | uint64_t(model_.field(52, 4)) << 32 : seed_;
    Map out(h, w, l.cout);
    for (int64_t o = 0; o < l.cout; ++o) {
      const int64_t up = multiplier(l, o), down = clampq(floor_div(up * l.slope + 8192, 14)), b = bias(l, o);
      for (int64_t y = 0; y < h; ++y)
        for (int64_t x = 0; x < w; ++x) {
          int64_t u = sum(l, y, x, o) + b;
          if (l.has(8) && options_.noise != 2)
            u += little(l.blob[7] + 2 * o, 2, true) * floor_div(g12(noise_seed, uint32_t(16 + l.index), uint32_t(y * w + x)) + 64, 7);
          out.at(y, x, o) = sat8(requantise(u, u >= 0 ? up : down, l.shift));
        }
    }
    Ints gains;
    for (int64_t o = 0; o < l.cout; ++o) gains.push_back(gain(l, o));
    gains_ = gains;
    map_ = out;
  }

  Map enlarged() const {
    Map out(2 * rgb_.h, 2 * rgb_.w, rgb_.c);
    for (int64_t y = 0; y < out.h; ++y)
      for (int64_t x = 0; x < out.w; ++x)
        for (int64_t r = 0; r < out.c; ++r) {
          const int64_t i = y / 2, j = x / 2;
          const int64_t i2 = clamp(i + (y % 2 ? 1 : -1), 0, rgb_.h - 1), j2 = clamp(j + (x % 2 ? 1 : -1), 0, rgb_.w - 1);
          const int64_t blend = 9 * rgb_.at(i, j, r) + 3 * rgb_.at(i2, j, r) + 3 * rgb_.at(i, j2, r) + rgb_.at(i2, j2, r);
          out.at(y, x, r) = model_.file[29] ? floor_div(blend + 8, 4) : rgb_.at(i, j, r);
        }
    return out;
  }

  void to_rgb(const Layer& l) {
    Map out = rgb_.h ? enlarged() : Map(map_.h, map_.w, l.cout);
    Ints r_gain;
    for (int64_t c = 0; c < l.cin; ++c) r_gain.push_back(gain(l, c));
    const int64_t lim = int64_t{1} << (29 - l.shift);
    for (int64_t r = 0; r < l.cout; ++r)
      for (int64_t y = 0; y < map_.h; ++y)
        for (int64_t x = 0; x < map_.w; ++x) {
          int64_t u = clamp(little(l.blob[1] + 8 * r, 4, true), -lim, lim);
          for (int64_t c = 0; c < l.cin; ++c)
            u += floor_div(element(l, r, l.cin, c) * r_gain[size_t(c)] + 128, 8) * map_.at(y, x, c);
          out.at(y, x, r) += clamp(requantise(u, clampq(little(l.blob[1] + 8 * r + 4, 4, true)), l.shift), -4194303, 4194303);
        }
    rgb_ = out;
  }

  std::vector<uint8_t> pixels() const {
    static const int kOrder[16] = {0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5};
    std::vector<uint8_t> out;
    for (int64_t y = 0; y < rgb_.h; ++y)
      for (int64_t x = 0; x < rgb_.w; ++x) {
        int64_t p[3];
        for (int64_t r = 0; r < 3; ++r)
          p[r] = clamp(floor_div(rgb_.at(y, x, rgb_.c == 3 ? r : 0) + 128, 8) + 128, 0, 255);
        const int d = options_.dither && options_.format == 1 ? kOrder[(y % 4) * 4 + x % 4] : 0;
        for (int r = 0; r < 3; ++r) p[r] = std::min<int64_t>(p[r] + (r == 1 ? d / 4 : d / 2), 255);
        append(out, p);
      }
    return out;
  }

  void append(std::vector<uint8_t>& out, const int64_t p[3]) const {
    if (options_.format == 0) {
      for (int r = 0; r < 3; ++r) out.push_back(uint8_t(p[r]));
    } else if (options_.format == 1) {
      const int64_t v = p[0] / 8 * 2048 + p[1] / 4 * 32 + p[2] / 8;
      out.push_back(uint8_t(v % 256));
      out.push_back(uint8_t(v / 256));
    } else {
      out.push_back(uint8_t(rgb_.c == 1 ? p[0] : (77 * p[0] + 150 * p[1] + 29 * p[2] + 128) / 256));
    }
  }

  Model model_;
  uint64_t seed_;
  Options options_;
  int64_t label_;
  Ints w_, gains_;
  Map map_, rgb_;
};

}  // namespace

// The exact rational u * 2^shift * q / 2^31, rounded half up.
int64_t requantise(int64_t u, int64_t q, int shift) {
  return floor_div(u * (int64_t{1} << shift) * q + (int64_t{1} << 30), 31);
}

std::vector<uint8_t> draw(const uint8_t* file, uint64_t seed, uint32_t label, const Options& options) {
  return Picture(file, seed, label, options).draw();
}

}  // namespace naive
