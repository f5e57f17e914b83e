// Kernels by themselves: random rows, every set against the portable one. Inputs end where their memory ends, so that a
// sanitizer sees every read too far; outputs lie between canaries.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "random_model.h"

extern "C" {
#include "arith.h"
#include "demod.h"
#include "filters.h"
#include "random.h"
#include "strips.h"
#include "up_rgb.h"
#include "x86.h"
}

namespace cgrt_test {
namespace {

#if CGRT_X86

const cgrt_kernels* set(uint32_t index) {
  return cgrt_kernel_set(index, cgrt_cpu_features());
}

// Memory that ends where a page begins that may not be touched: also loads that no sanitizer sees fault there.
template <typename T>
class Exact {
 public:
  explicit Exact(size_t count) : size(count), pages_((count * sizeof(T) + kPage - 1) / kPage * kPage + kPage) {
    base_ = static_cast<char*>(mmap(nullptr, pages_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (base_ == MAP_FAILED || mprotect(base_ + pages_ - kPage, kPage, PROT_NONE) != 0) throw std::bad_alloc();
    data = reinterpret_cast<T*>(base_ + pages_ - kPage - count * sizeof(T));
  }
  ~Exact() { munmap(base_, pages_); }
  Exact(const Exact&) = delete;
  size_t size;
  T* data;

 private:
  static constexpr size_t kPage = 4096;
  size_t pages_;
  char* base_;
};

template <typename T>
void fill(Exact<T>& to, Dice& dice, int lo, int hi) {
  for (size_t i = 0; i < to.size; ++i) to.data[i] = T(dice.range(lo, hi));
}

struct Shape {
  uint32_t type, width, rows, cin, cout, bits, shift;
  bool noise;
  uint32_t missing;  // bits: rows outside of the map, at the first and the last row
};

Shape random_shape(Dice& dice) {
  const auto pick = [&](int common, int most) {
    return uint32_t(dice.chance(60) ? dice.range(1, common) : dice.range(1, most));
  };
  Shape s;
  s.type = CGRT_CONV3 + uint32_t(dice.range(0, 2));
  s.width = dice.chance(20) ? 16 * pick(2, 5) : pick(20, 90);
  s.rows = dice.chance(50) ? 1 : uint32_t(dice.range(2, CGRT_ROWS));
  s.cin = dice.chance(50) ? 4 * pick(8, 40) : pick(20, 150);
  s.cout = dice.chance(30) ? 16 * pick(2, 3) : pick(20, 40);
  s.bits = uint32_t(dice.chance(50) ? 8 : 4 + 2 * dice.range(0, 1));
  s.shift = uint32_t(dice.range(0, 3));
  s.noise = dice.chance(60);
  s.missing = dice.chance(50)       ? 0
              : s.type == CGRT_UP2P ? 1u << dice.range(0, 1)
              : dice.chance(80)     ? 1u << 2 * dice.range(0, 1)
                                    : 5;
  return s;
}

// Random rows of one layer.
class Rows {
 public:
  Rows(const Shape& s, Dice& dice)
      : s_(s),
        out_width_(s.type == CGRT_CONV3 ? s.width : 2 * s.width),
        elements_((s.type == CGRT_UP2P ? 4 : 9) * s.cin),
        pitch_(cgrt_al4((elements_ * s.bits + 7) / 8)),
        filters_(size_t(s.cout) * pitch_ * (s.type == CGRT_UP2P ? 2 : 1)),
        channels_(s.cout),
        strengths_(s.cout) {
    for (uint32_t i = 0; i < 3 * s.rows; ++i) {
      rows_.push_back(std::make_unique<Exact<int8_t>>(size_t(s.width) * s.cin));
      fill(*rows_.back(), dice, -127, 127);
      noise_.push_back(std::make_unique<Exact<int8_t>>(out_width_));
      fill(*noise_.back(), dice, -106, 106);
    }
    fill(filters_, dice, 0, 255);
    fill(strengths_, dice, -32768, 32767);
    const int lim = cgrt_lim(s.shift), scale = dice.range(0, 6);
    for (size_t o = 0; o < s.cout; ++o) {
      cgrt_channel& c = channels_.data[o];
      c.bias = dice.chance(20) ? (dice.chance(50) ? lim : -lim) : dice.range(-100000, 100000);
      c.up = dice.chance(10) ? (dice.chance(50) ? CGRT_Q : -CGRT_Q)
                             : dice.range(-(1 << (16 + 2 * scale)), 1 << (16 + 2 * scale));
      c.down = dice.chance(10) ? CGRT_Q : dice.range(-(1 << (14 + 2 * scale)), 1 << (14 + 2 * scale));
    }
  }

  std::vector<int8_t> run(void (*conv_rows)(const cgrt_conv*, uint32_t)) {
    constexpr size_t kGuard = 64;
    const size_t out_bytes = size_t(out_width_) * s_.cout;
    std::vector<int8_t> out(kGuard + s_.rows * out_bytes + kGuard, 0x55);
    Exact<int32_t> sums(out_width_);
    Exact<int8_t> unpacked(cgrt_al8(elements_));
    std::vector<cgrt_conv> convs(s_.rows);
    for (uint32_t i = 0; i < s_.rows; ++i) {
      cgrt_conv& c = convs[i];
      c.to = {out.data() + kGuard + i * out_bytes,
              out_width_,
              s_.cout,
              channels_.data,
              s_.noise ? noise_[i]->data : nullptr,
              reinterpret_cast<const uint8_t*>(strengths_.data),
              s_.shift,
              sums.data};
      const bool edge = i == 0 || i + 1 == s_.rows;
      for (uint32_t r = 0; r < 3; ++r) {
        if (!(edge && s_.missing >> r & 1) && !(s_.type == CGRT_UP2P && r == 2))
          c.window.rows[r] = rows_[3 * i + r]->data;
      }
      c.window.width = s_.width;
      c.window.cin = s_.cin;
      c.type = s_.type;
      c.filters[0] = filters_.data;
      c.filters[1] = s_.type == CGRT_UP2P ? filters_.data + size_t(s_.cout) * pitch_ : nullptr;
      c.pitch = pitch_;
      c.elements = elements_;
      c.bits = s_.bits;
      c.unpacked = s_.bits < 8 ? unpacked.data : nullptr;
    }
    conv_rows(convs.data(), s_.rows);
    return out;
  }

 private:
  Shape s_;
  uint32_t out_width_, elements_, pitch_;
  std::vector<std::unique_ptr<Exact<int8_t>>> rows_, noise_;
  Exact<uint8_t> filters_;
  Exact<cgrt_channel> channels_;
  Exact<int16_t> strengths_;
};

class Kernels : public ::testing::TestWithParam<int> {};

std::string text(const Shape& s) {
  std::string t;
  for (uint32_t v : {s.type, s.width, s.rows, s.cin, s.cout, s.bits, s.shift, uint32_t(s.noise), s.missing})
    t += std::to_string(v) + " ";
  return "type, width, rows, cin, cout, bits, shift, noise, missing rows: " + t;
}

TEST_P(Kernels, ConvolutionsAreThePortableOnes) {
  Dice dice(uint64_t(GetParam()) + 77);
  for (int i = 0; i < 40; ++i) {
    const Shape s = random_shape(dice);
    Rows rows(s, dice);
    const std::vector<int8_t> expected = rows.run(cgrt_conv_rows_c);
    for (uint32_t k = 0; set(k); ++k) {
      ASSERT_EQ(rows.run(set(k)->conv_rows), expected) << set(k)->name << "; " << text(s);
    }
  }
}

TEST_P(Kernels, InnerProductsAreThePortableOnes) {
  Dice dice(uint64_t(GetParam()) + 177);
  for (int i = 0; i < 200; ++i) {
    const uint32_t n = uint32_t(dice.chance(80) ? dice.range(0, 80) : dice.range(0, 1024));
    Exact<int8_t> weights(n), values(n);
    fill(weights, dice, -128, dice.chance(20) ? -128 : 127);
    fill(values, dice, -128, dice.chance(20) ? -128 : 127);
    const int32_t expected = cgrt_dense_row_c(weights.data, values.data, n);
    for (uint32_t k = 0; set(k); ++k) ASSERT_EQ(set(k)->dense_row(weights.data, values.data, n), expected);
  }
}

TEST_P(Kernels, RowsOfInnerProductsAreThePortableOnes) {
  Dice dice(uint64_t(GetParam()) + 477);
  for (int i = 0; i < 100; ++i) {
    const uint32_t n = uint32_t(dice.chance(80) ? dice.range(1, 150) : dice.range(1, 1024)),
                   count = uint32_t(dice.range(1, 21));
    const uint32_t pitch = n + uint32_t(dice.chance(50) ? 0 : dice.range(0, 300));
    Exact<int8_t> weights((count - 1) * size_t(pitch) + n), values(n);
    fill(weights, dice, -128, dice.chance(20) ? -128 : 127);
    fill(values, dice, -128, dice.chance(20) ? -128 : 127);
    for (uint32_t k = 0; set(k); ++k) {
      Exact<int32_t> sums(count);
      set(k)->dense_rows(sums.data, weights.data, pitch, count, values.data, n);
      for (uint32_t r = 0; r < count; ++r)
        ASSERT_EQ(sums.data[r], cgrt_dense_row_c(weights.data + r * pitch, values.data, n)) << set(k)->name;
    }
  }
}

TEST_P(Kernels, NormsAreThePortableOnes) {
  Dice dice(uint64_t(GetParam()) + 577);
  for (int i = 0; i < 100; ++i) {
    const uint32_t n = uint32_t(dice.chance(80) ? dice.range(1, 100) : dice.chance(50) ? 1024 : dice.range(1, 1024));
    const uint32_t count = uint32_t(dice.range(1, 11)), pitch = n + uint32_t(dice.range(0, 3));
    Exact<uint8_t> energies((count - 1) * size_t(pitch) + n);
    Exact<int16_t> gains(n);
    fill(energies, dice, dice.chance(30) ? 255 : 0, 255);
    fill(gains, dice, dice.chance(30) ? 32767 : -32767, 32767);
    for (uint32_t k = 0; set(k); ++k) {
      Exact<uint32_t> norms(count);
      set(k)->norms(norms.data, energies.data, pitch, count, gains.data, n);
      for (uint32_t r = 0; r < count; ++r)
        ASSERT_EQ(norms.data[r], cgrt_isqrt((cgrt_energy(gains.data, energies.data + r * pitch, n) >> 8) + 1))
            << set(k)->name;
    }
  }
}

// Rows of parameters with anything in them.
void fill_params(Exact<uint8_t>& params, Dice& dice) {
  for (size_t i = 0; i < params.size; i += 4) {
    const uint32_t value =
        dice.chance(20) ? (dice.chance(50) ? 0x7FFFFFFFu : 0x80000000u) : uint32_t(dice.next() >> dice.range(0, 31));
    std::memcpy(params.data + i, &value, 4);
  }
}

TEST_P(Kernels, DenseValuesAreThePortableOnes) {
  Dice dice(uint64_t(GetParam()) + 677);
  for (int i = 0; i < 100; ++i) {
    const uint32_t count = uint32_t(dice.range(1, 40)), shift = uint32_t(dice.range(0, 7));
    const int32_t slope = dice.range(-16384, 16384), most = cgrt_lim(shift);
    Exact<uint8_t> params(8 * count);
    Exact<int32_t> sums(count), expected(count), values(count);
    fill_params(params, dice);
    fill(sums, dice, dice.chance(20) ? most : -most, most);
    std::copy(sums.data, sums.data + count, expected.data);
    cgrt_dense_values_c(expected.data, count, params.data, shift, slope);
    for (uint32_t k = 0; set(k); ++k) {
      std::copy(sums.data, sums.data + count, values.data);
      set(k)->dense_values(values.data, count, params.data, shift, slope);
      ASSERT_TRUE(std::equal(expected.data, expected.data + count, values.data)) << set(k)->name;
    }
  }
}

TEST_P(Kernels, ChannelsAreThePortableOnes) {
  Dice dice(uint64_t(GetParam()) + 777);
  for (int i = 0; i < 100; ++i) {
    const uint32_t count = uint32_t(dice.range(1, CGRT_BLOCK));
    uint8_t layer[CGRT_LAYER_BYTES] = {};
    layer[3] = uint8_t(dice.range(0, 15));  // flags
    layer[8] = uint8_t(dice.range(0, 7));   // shift
    layer[11] = layer[3] & CGRT_SBIAS ? uint8_t(dice.range(0, 12)) : uint8_t(0);
    const int16_t slope = int16_t(dice.range(-16384, 16384));
    std::memcpy(layer + 12, &slope, 2);
    Exact<uint8_t> params(8 * count);
    fill_params(params, dice);
    cgrt_styled styled;
    for (uint32_t c = 0; c < CGRT_BLOCK; ++c) {
      styled.gain[c] = dice.chance(20) ? -32767 : dice.range(-32767, 32767);
      styled.moved[c] = dice.chance(20) ? 32767 : dice.range(-32767, 32767);
      styled.norm[c] = dice.chance(20) ? 1 : uint32_t(dice.range(1, 1 << 21));
    }
    Exact<cgrt_channel> expected(count), channels(count);
    cgrt_channels_c(expected.data, count, params.data, &styled, layer);
    for (uint32_t k = 0; set(k); ++k) {
      set(k)->channels(channels.data, count, params.data, &styled, layer);
      ASSERT_EQ(std::memcmp(channels.data, expected.data, count * sizeof(cgrt_channel)), 0) << set(k)->name;
    }
  }
}

std::vector<int32_t> colours(void (*rgb_row)(const cgrt_colours*), cgrt_colours c, const std::vector<int32_t>& before) {
  Exact<int32_t> rgb(before.size());
  std::copy(before.begin(), before.end(), rgb.data);
  c.rgb = rgb.data;
  rgb_row(&c);
  return std::vector<int32_t>(rgb.data, rgb.data + rgb.size);
}

TEST_P(Kernels, ColoursAreThePortableOnes) {
  Dice dice(uint64_t(GetParam()) + 277);
  for (int i = 0; i < 60; ++i) {
    cgrt_colours c{};
    c.count = dice.chance(30) ? 1 : 3;
    c.width = uint32_t(dice.range(1, 70));
    c.cin = uint32_t(dice.chance(50) ? 8 * dice.range(1, 10) : dice.range(1, 130));
    c.shift = uint32_t(dice.range(0, 3));
    Exact<int8_t> features(size_t(c.width) * c.cin);
    Exact<int16_t> weights(size_t(c.count) * c.cin);
    fill(features, dice, -127, 127);
    fill(weights, dice, -16384, 16384);
    for (uint32_t r = 0; r < c.count; ++r) {
      c.bias[r] = dice.chance(20) ? cgrt_lim(c.shift) : dice.range(-1000000, 1000000);
      c.multiplier[r] = dice.chance(20) ? -1073741823 : dice.range(-(1 << 28), 1 << 28);
    }
    c.features = features.data;
    c.weights = weights.data;
    std::vector<int32_t> before(size_t(c.width) * c.count);
    for (int32_t& v : before) v = dice.range(-(1 << 25), 1 << 25);
    const std::vector<int32_t> expected = colours(cgrt_rgb_row_c, c, before);
    for (uint32_t k = 0; set(k); ++k) ASSERT_EQ(colours(set(k)->rgb_row, c, before), expected);
  }
}

TEST_P(Kernels, NoiseIsThePortableOne) {
  Dice dice(uint64_t(GetParam()) + 377);
  for (int i = 0; i < 60; ++i) {
    const uint32_t width = uint32_t(dice.range(1, 150)),
                   index = dice.chance(10) ? 0xFFFFFF00u : uint32_t(dice.next() % 5000);
    const uint64_t seed = dice.next() * uint64_t{0x100000003};
    const uint32_t stream = uint32_t(dice.range(16, 79));
    Exact<int8_t> expected(width), noise(width);
    cgrt_fill_noise_c(expected.data, seed, stream, index, width);
    for (uint32_t k = 0; set(k); ++k) {
      std::memset(noise.data, 0, width);
      set(k)->fill_noise(noise.data, seed, stream, index, width);
      ASSERT_EQ(std::memcmp(noise.data, expected.data, width), 0) << set(k)->name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Random, Kernels, ::testing::Range(0, 5));
INSTANTIATE_TEST_SUITE_P(More, Kernels, ::testing::Range(5, 60));

using Unpacker = void (*)(int8_t*, const uint8_t*, uint32_t, uint32_t, uint32_t);

std::vector<Unpacker> unpackers() {
  if (set(1)) return {cgrt_unpack_part, cgrt_unpack_avx2};
  return {cgrt_unpack_part};
}

// Any stretch of a packed filter is the same as in the whole.
TEST(Unpack, StretchesAreThoseOfTheWhole) {
  Dice dice(5);
  for (int i = 0; i < 1000; ++i) {
    const uint32_t bits = uint32_t(4 + 2 * dice.range(0, 1)), count = uint32_t(dice.range(1, 200));
    Exact<uint8_t> packed((count * bits + 7) / 8);
    fill(packed, dice, 0, 255);
    std::vector<int8_t> whole(count), part(count);
    ASSERT_EQ(cgrt_unpack(whole.data(), packed.data, count, bits), whole.data());
    const uint32_t some = uint32_t(dice.range(1, int(count))),
                   first = dice.chance(40) ? count - some : dice.next() % (count - some + 1);
    for (const auto unpack : unpackers()) {
      unpack(part.data(), packed.data, first, some, bits);
      ASSERT_TRUE(std::equal(part.begin(), part.begin() + some, whole.begin() + first))
          << bits << " " << count << " " << first << " " << some;
    }
  }
}

TEST(UpRgb, EveryWidthIsTheFilterWrittenOut) {
  Dice dice(9);
  for (int small = 1; small <= 40; ++small) {
    for (const int channels : {1, 3}) {
      Exact<int32_t> near(size_t(small * channels)), far(size_t(small * channels)), out(size_t(2 * small * channels));
      fill(near, dice, -(1 << 25), 1 << 25);
      fill(far, dice, -(1 << 25), 1 << 25);
      cgrt_up_rgb(out.data, near.data, far.data, uint32_t(2 * small), uint32_t(channels), 1);
      for (int at = 0; at < 2 * small * channels; ++at) {
        const int x = at / channels, j = x / 2, beside = std::clamp(j + (x % 2 ? 1 : -1), 0, small - 1);
        const int a = j * channels + at % channels, b = beside * channels + at % channels;
        ASSERT_EQ(out.data[at], (9 * near.data[a] + 3 * far.data[a] + 3 * near.data[b] + far.data[b] + 8) >> 4);
      }
    }
  }
}

#endif

}  // namespace
}  // namespace cgrt_test
