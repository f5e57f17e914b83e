// Included once by each rows_<level>.cpp, which is compiled for that level and defines CENTIGAN_ROWS. Everything but
// that one table is in an unnamed namespace and nothing comes from std, so that no code of a level can end up in
// another.
#include <cstdint>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "fused/rows.h"

namespace centigan {
namespace {

struct Half {
  uint16_t bits;
};
struct Bfloat {
  uint16_t bits;
};

template <class T>
struct MathOf {
  using type = float;
};
template <>
struct MathOf<double> {
  using type = double;
};

inline float as_float(uint32_t bits) {
  float value;
  __builtin_memcpy(&value, &bits, sizeof(value));
  return value;
}

inline uint32_t as_bits(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof(bits));
  return bits;
}

inline float load(float value) {
  return value;
}
inline double load(double value) {
  return value;
}
inline float load(Bfloat value) {
  return as_float(static_cast<uint32_t>(value.bits) << 16);
}
// The exponent is moved by a multiplication, which also makes subnormal numbers normal; infinity and NaN are put back.
inline float load(Half value) {
  const uint32_t bits = value.bits, magnitude = bits & 0x7fffu;
  const uint32_t scaled = as_bits(as_float(magnitude << 13) * 0x1p112f);
  return as_float(scaled | (magnitude >= 0x7c00u ? 0x7f800000u : 0u) | (bits & 0x8000u) << 16);
}

inline void store(float value, float& to) {
  to = value;
}
inline void store(double value, double& to) {
  to = value;
}
// Round to nearest, ties to even.
inline void store(float value, Bfloat& to) {
  const uint32_t bits = as_bits(value), rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
  to.bits = static_cast<uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc0u : rounded);
}
inline void store(float value, Half& to) {
  const uint32_t bits = as_bits(value), magnitude = bits & 0x7fffffffu;
  const uint32_t normal = (magnitude - (112u << 23) + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
  const uint32_t subnormal = as_bits(as_float(magnitude) + 0.5f) - 0x3f000000u;  // the addition rounds
  const uint32_t large = magnitude > 0x7f800000u ? 0x7e00u | (magnitude >> 13 & 0x3ffu) : 0x7c00u;
  const uint32_t finite = magnitude < (113u << 23) ? subnormal : normal;
  to.bits = static_cast<uint16_t>((magnitude >= (143u << 23) ? large : finite) | (bits >> 16 & 0x8000u));
}

// alpha x + (share (sum over the channels) + offset) for `count` pixels, whose channels are that far apart.
template <class Math>
struct Blend {
  int64_t x_channel, y_channel, channels;
  Math alpha, share, offset;
};

#if defined(__AVX512F__)
#include "fused/rows_avx512.h"
#else
template <class T>
bool write_by_lanes(const WriteArea&) {
  return false;
}
#endif

template <class T, class Math = typename MathOf<T>::type>
void fill_run(T* y, int64_t count, Math value) {
  T stored;
  store(value, stored);
  for (int64_t i = 0; i < count; ++i) y[i] = stored;
}

template <class T, class Math = typename MathOf<T>::type>
void scale_run(const T* __restrict x, T* __restrict y, int64_t count, Math alpha, Math offset) {
  for (int64_t i = 0; i < count; ++i) store(alpha * load(x[i]) + offset, y[i]);
}

template <class T, int kChannels, class Math = typename MathOf<T>::type>
void blend_planar(const T* __restrict x, T* __restrict y, int64_t count, const Blend<Math>& b) {
  const int64_t from = b.x_channel, to = b.y_channel;
  const Math alpha = b.alpha, share = b.share, offset = b.offset;
#pragma GCC ivdep
  for (int64_t i = 0; i < count; ++i) {
    Math value[kChannels], sum = 0;
    for (int c = 0; c < kChannels; ++c) value[c] = load(x[c * from + i]), sum += value[c];
    const Math rest = share * sum + offset;
    for (int c = 0; c < kChannels; ++c) store(alpha * value[c] + rest, y[c * to + i]);
  }
}

template <class T, class Math = typename MathOf<T>::type>
void blend_planar_any(const T* __restrict x, T* __restrict y, int64_t count, const Blend<Math>& b) {
  constexpr int64_t kBlock = 256;
  for (int64_t first = 0; first < count; first += kBlock) {
    const int64_t width = count - first < kBlock ? count - first : kBlock;
    Math rest[kBlock] = {};
    for (int64_t c = 0; c < b.channels; ++c)
      for (int64_t i = 0; i < width; ++i) rest[i] += load(x[c * b.x_channel + first + i]);
    for (int64_t i = 0; i < width; ++i) rest[i] = b.share * rest[i] + b.offset;
    for (int64_t c = 0; c < b.channels; ++c)
      for (int64_t i = 0; i < width; ++i)
        store(b.alpha * load(x[c * b.x_channel + first + i]) + rest[i], y[c * b.y_channel + first + i]);
  }
}

template <class T, int kChannels, class Math = typename MathOf<T>::type>
void blend_interleaved(const T* __restrict x, T* __restrict y, int64_t count, const Blend<Math>& b) {
  const Math alpha = b.alpha, share = b.share, offset = b.offset;
  for (int64_t i = 0; i < count; ++i) {
    Math value[kChannels], sum = 0;
    for (int c = 0; c < kChannels; ++c) value[c] = load(x[i * kChannels + c]), sum += value[c];
    const Math rest = share * sum + offset;
    for (int c = 0; c < kChannels; ++c) store(alpha * value[c] + rest, y[i * kChannels + c]);
  }
}

template <class T, class Math = typename MathOf<T>::type>
void blend_interleaved_any(const T* __restrict x, T* __restrict y, int64_t count, const Blend<Math>& b) {
  for (int64_t i = 0; i < count; ++i, x += b.channels, y += b.channels) {
    Math sum = 0;
    for (int64_t c = 0; c < b.channels; ++c) sum += load(x[c]);
    const Math rest = b.share * sum + b.offset;
    for (int64_t c = 0; c < b.channels; ++c) store(b.alpha * load(x[c]) + rest, y[c]);
  }
}

template <class T, class Math = typename MathOf<T>::type>
auto blend_for(int64_t channels, bool interleaved) -> void (*)(const T*, T*, int64_t, const Blend<Math>&) {
  if (channels == 1) return blend_planar<T, 1>;
  if (channels == 3) return interleaved ? blend_interleaved<T, 3> : blend_planar<T, 3>;
  if (channels == 4) return interleaved ? blend_interleaved<T, 4> : blend_planar<T, 4>;
  return interleaved ? blend_interleaved_any<T> : blend_planar_any<T>;
}

template <class T>
void write_rows(const WriteArea& area) {
  using Math = typename MathOf<T>::type;
  if (write_by_lanes<T>(area)) return;
  const T* const x = static_cast<const T*>(area.x);
  T* const y = static_cast<T*>(area.y);
  const int64_t pixel = area.interleaved ? area.channels : 1, planes = area.interleaved ? 1 : area.channels;
  const Math alpha = static_cast<Math>(area.alpha), offset = static_cast<Math>(area.fill[0]);
  const Blend<Math> mix = {area.x_channel,
                           area.y_channel,
                           area.channels,
                           alpha,
                           static_cast<Math>(area.beta / static_cast<double>(area.channels)),
                           offset};
  const auto blend = blend_for<T>(area.channels, area.interleaved);
  const bool apart = area.beta == 0, copy = apart && area.alpha == 1 && area.fill[0] == 0;
  for (int64_t row = area.top; row < area.bottom; ++row)
    for (const Run *run = area.runs, *end = run + area.run_count; run != end; ++run) {
      const int64_t from = area.x_start + row * area.x_row + run->left * pixel;
      const int64_t to = row * area.y_row + run->left * pixel, count = run->right - run->left;
      if (run->value == 0 && !apart) {
        blend(x + from, y + to, count, mix);
        continue;
      }
      for (int64_t c = 0; c < planes; ++c) {
        T* const out = y + to + c * area.y_channel;
        const T* const in = x + from + c * area.x_channel;
        if (run->value != 0)
          fill_run(out, count * pixel, static_cast<Math>(area.fill[run->value]));
        else if (copy)
          __builtin_memcpy(out, in, static_cast<uint64_t>(count * pixel) * sizeof(T));
        else
          scale_run(in, out, count * pixel, alpha, offset);
      }
    }
}

constexpr int64_t kColumns = 256;  // sums that are kept side by side
constexpr int64_t kDeep = 96;      // values that go into one of them before it goes to double

// Each column in the order of the lines.
template <class T, class Math = typename MathOf<T>::type>
void add_lines(Math* __restrict sums, int64_t width, const T* x, int64_t apart, int64_t count) {
  for (; count >= 4; count -= 4, x += 4 * apart)
    for (int64_t i = 0; i < width; ++i)
      sums[i] = sums[i] + load(x[i]) + load(x[apart + i]) + load(x[2 * apart + i]) + load(x[3 * apart + i]);
  for (; count > 0; --count, x += apart)
    for (int64_t i = 0; i < width; ++i) sums[i] += load(x[i]);
}

// One sum a column over lines of up to kColumns values, gathered in double: fast, in an order that depends on the shape
// only.
template <class T, class Math = typename MathOf<T>::type>
struct ColumnSums {
  Math sums[kColumns] = {};
  int64_t width = 0, lines = 0;
  double total = 0;

  void begin(int64_t columns) {
    finish();
    width = columns;
    for (int64_t i = 0; i < kColumns; ++i) sums[i] = 0;  // all: lanes behind the last column are added to as well
  }

  // `count` lines that far apart.
  void add(const T* x, int64_t apart, int64_t count) {
    while (count > 0) {
      const int64_t now = count < kDeep - lines ? count : kDeep - lines;
      add_lines(sums, width, x, apart, now);
      count -= now, lines += now, x += now * apart;
      if (lines == kDeep) begin(width);
    }
  }

  void finish() {
    double lane[8] = {};
    int64_t i = 0;
    for (; i + 8 <= width; i += 8)
      for (int k = 0; k < 8; ++k) lane[k] += static_cast<double>(sums[i + k]);
    for (; i < width; ++i) lane[i % 8] += static_cast<double>(sums[i]);
    total += ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    lines = 0;
  }
};

// Whole rows without gaps are one long line.
template <class T>
double sum_rows(const SumArea& area) {
  const int64_t pixel = area.interleaved ? area.channels : 1, planes = area.interleaved ? 1 : area.channels;
  const int64_t width = (area.right - area.left) * pixel, rows = area.bottom - area.top;
  const T* const x = static_cast<const T*>(area.x) + area.top * area.x_row + area.left * pixel;
  ColumnSums<T> result;
  if (width == area.x_row) {
    const int64_t lines = rows * width / kColumns, rest = rows * width % kColumns;
    result.begin(kColumns);
    for (int64_t c = 0; c < planes; ++c) result.add(x + c * area.x_channel, kColumns, lines);
    result.begin(rest);
    result.add(x + lines * kColumns, area.x_channel, planes);
  } else {
    for (int64_t left = 0; left < width; left += kColumns) {
      result.begin(width - left < kColumns ? width - left : kColumns);
      for (int64_t c = 0; c < planes; ++c) result.add(x + c * area.x_channel + left, area.x_row, rows);
    }
  }
  result.finish();
  return result.total;
}

}  // namespace

extern const RowKernels CENTIGAN_ROWS;
const RowKernels CENTIGAN_ROWS = {{write_rows<float>, write_rows<double>, write_rows<Half>, write_rows<Bfloat>},
                                  {sum_rows<float>, sum_rows<double>, sum_rows<Half>, sum_rows<Bfloat>}};

}  // namespace centigan
