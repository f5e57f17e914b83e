// Part of rows_impl.h: what AVX-512 does better than the compiler. A row is walked in whole vectors, whatever its runs;
// a mask a vector tells which lanes are visible, and a line of fills has the values of the others. Short runs then cost
// nothing, and whole vectors can go past the caches. Masked loads touch no memory outside of the picture. The
// operations and their order are those of the templates, so the bits are the same.

inline __mmask16 first_lanes(int64_t count) {
  return count >= 16 ? 0xffff : static_cast<__mmask16>((1u << count) - 1);
}

// Asks for what will be read in a while: a few rows on in large pictures, perhaps the next picture. This is worth more
// than anything else here where x comes from memory.
template <class T>
void prefetch(const T* x) {
  _mm_prefetch(reinterpret_cast<const char*>(x) + 2048, _MM_HINT_T0);
}

inline __m512 load_lanes(const float* x, __mmask16 lanes) {
  return _mm512_maskz_loadu_ps(lanes, x);
}
inline __m512 load_lanes(const Half* x, __mmask16 lanes) {
  return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, x));
}
inline __m512 load_lanes(const Bfloat* x, __mmask16 lanes) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, x)), 16));
}

inline void store_lanes(float* y, __mmask16 lanes, __m512 value) {
  if (lanes == 0xffff)
    _mm512_storeu_ps(y, value);
  else
    _mm512_mask_storeu_ps(y, lanes, value);
}
inline __m256i rounded_lanes(const Half*, __m512 value) {
  return _mm512_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
inline __m256i rounded_lanes(const Bfloat*, __m512 value) {
  const __m512i bits = _mm512_castps_si512(value), one = _mm512_set1_epi32(1);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), one);
  const __m512i rounded =
      _mm512_srli_epi32(_mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff))), 16);
  const __mmask16 nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
  const __m512i stored = _mm512_mask_mov_epi32(rounded, nan, _mm512_set1_epi32(0x7fc0));
  return _mm512_cvtepi32_epi16(stored);
}

template <class T>
void store_lanes(T* y, __mmask16 lanes, __m512 value) {
  _mm256_mask_storeu_epi16(y, lanes, rounded_lanes(y, value));
}

// Past the caches; whole and aligned vectors only.
inline void stream_lanes(float* y, __m512 value) {
  _mm512_stream_ps(y, value);
}
template <class T>
void stream_lanes(T* y, __m512 value) {
  _mm256_stream_si256(reinterpret_cast<__m256i*>(y), rounded_lanes(y, value));
}

template <bool kStream, class T>
void put_lanes(T* y, __mmask16 lanes, __m512 value) {
  if (kStream)
    stream_lanes(y, value);
  else
    store_lanes(y, lanes, value);
}

constexpr int64_t kStrip = 1024;  // elements of a row that are prepared at a time

struct LaneRow {
  float fill[kStrip];
  __mmask16 visible[kStrip / 16], inside[kStrip / 16];  // inside: part of the row, which may end within a vector
  int64_t vectors;
};

// Elements first ... first + count - 1 of the rows of an area; `pixel` elements a column.
inline void prepare(const WriteArea& area, int64_t pixel, int64_t first, int64_t count, LaneRow& row) {
  row.vectors = (count + 15) / 16;
  for (int64_t v = 0; v < row.vectors; ++v) row.visible[v] = 0, row.inside[v] = first_lanes(count - 16 * v);
  for (const Run *run = area.runs, *end = run + area.run_count; run != end; ++run) {
    const int64_t left = run->left * pixel - first, right = run->right * pixel - first;
    const int64_t begin = left > 0 ? left : 0, stop = right < count ? right : count;
    const float value = run->value == 0 ? 0.0f : static_cast<float>(area.fill[run->value]);
    for (int64_t i = begin; i < stop; ++i) row.fill[i] = value;
    for (int64_t v = begin / 16; run->value == 0 && 16 * v < stop; ++v)
      row.visible[v] |= first_lanes(stop - 16 * v) & ~(begin > 16 * v ? first_lanes(begin - 16 * v) : 0);
  }
}

template <class T>
struct LaneLine {
  const T* x;
  T* y;
  int64_t x_channel, y_channel;
};

// alpha x + offset in every plane, or (copy) x bit for bit.
template <bool kStream, class T>
void write_lanes_apart(const LaneRow& row, const LaneLine<T>& line, int64_t planes, bool copy, __m512 alpha,
                       __m512 offset) {
  for (int64_t c = 0; c < planes; ++c) {
    const T* const x = line.x + c * line.x_channel;
    T* const y = line.y + c * line.y_channel;
    for (int64_t v = 0; v < row.vectors; ++v) {
      const __mmask16 visible = row.visible[v];
      __m512 value = _mm512_loadu_ps(row.fill + 16 * v);
      prefetch(x + 16 * v);
      if (visible) {
        const __m512 seen = load_lanes(x + 16 * v, visible);
        value = copy ? _mm512_mask_mov_ps(value, visible, seen)
                     : _mm512_mask_add_ps(value, visible, _mm512_mul_ps(alpha, seen), offset);
      }
      put_lanes<kStream>(y + 16 * v, row.inside[v], value);
    }
  }
}

template <bool kStream, class T>
void write_lanes_mixed(const LaneRow& row, const LaneLine<T>& line, __m512 alpha, __m512 share, __m512 offset) {
  for (int64_t v = 0; v < row.vectors; ++v) {
    const __mmask16 visible = row.visible[v], inside = row.inside[v];
    const T* const x = line.x + 16 * v;
    T* const y = line.y + 16 * v;
    for (int64_t c = 0; c < 3; ++c) prefetch(x + c * line.x_channel);
    __m512 red = _mm512_loadu_ps(row.fill + 16 * v), green = red, blue = red;
    if (visible) {
      const __m512 r = load_lanes(x, visible), g = load_lanes(x + line.x_channel, visible);
      const __m512 b = load_lanes(x + 2 * line.x_channel, visible);
      const __m512 sum = _mm512_add_ps(_mm512_add_ps(r, g), b);
      const __m512 rest = _mm512_add_ps(_mm512_mul_ps(share, sum), offset);
      red = _mm512_mask_add_ps(red, visible, _mm512_mul_ps(alpha, r), rest);
      green = _mm512_mask_add_ps(green, visible, _mm512_mul_ps(alpha, g), rest);
      blue = _mm512_mask_add_ps(blue, visible, _mm512_mul_ps(alpha, b), rest);
    }
    put_lanes<kStream>(y, inside, red);
    put_lanes<kStream>(y + line.y_channel, inside, green);
    put_lanes<kStream>(y + 2 * line.y_channel, inside, blue);
  }
}

inline bool copies(const WriteArea& area) {
  return area.beta == 0 && area.alpha == 1 && area.fill[0] == 0;
}

template <bool kStream, class T>
void write_strip(const WriteArea& area, int64_t first, const LaneRow& row) {
  const bool apart = area.beta == 0;
  const __m512 alpha = _mm512_set1_ps(static_cast<float>(area.alpha));
  const __m512 share = _mm512_set1_ps(static_cast<float>(area.beta / static_cast<double>(area.channels)));
  const __m512 offset = _mm512_set1_ps(static_cast<float>(area.fill[0]));
  for (int64_t r = area.top; r < area.bottom; ++r) {
    const LaneLine<T> line = {static_cast<const T*>(area.x) + area.x_start + r * area.x_row + first,
                              static_cast<T*>(area.y) + r * area.y_row + first, area.x_channel, area.y_channel};
    if (apart)
      write_lanes_apart<kStream>(row, line, area.interleaved ? 1 : area.channels, copies(area), alpha, offset);
    else
      write_lanes_mixed<kStream>(row, line, alpha, share, offset);
  }
}

template <class T>
bool whole_aligned_vectors(const WriteArea& area, int64_t width) {
  const uint64_t steps = static_cast<uint64_t>(width | area.y_row | (area.interleaved ? 0 : area.y_channel));
  return steps % 16 == 0 && reinterpret_cast<uintptr_t>(area.y) % (16 * sizeof(T)) == 0;
}

// False where the templates do it: channels that are mixed in another number than three planes, and copies of half
// types, whose NaN would not survive a conversion.
template <class T>
bool write_by_lanes(const WriteArea& area) {
  if ((copies(area) && sizeof(T) != sizeof(float)) || (area.beta != 0 && (area.interleaved || area.channels != 3)))
    return false;
  const int64_t pixel = area.interleaved ? area.channels : 1, width = area.runs[area.run_count - 1].right * pixel;
  const bool stream = area.stream && whole_aligned_vectors<T>(area, width);
  LaneRow row;
  for (int64_t first = 0; first < width; first += kStrip) {
    prepare(area, pixel, first, width - first < kStrip ? width - first : kStrip, row);
    stream ? write_strip<true, T>(area, first, row) : write_strip<false, T>(area, first, row);
  }
  if (stream) _mm_sfence();
  return true;
}

template <>
bool write_by_lanes<double>(const WriteArea&) {
  return false;
}

// Columns of sums in registers, down the lines; the last vector has `lanes`.
template <int kVectors, class T>
void add_to_vectors(float* sums, __mmask16 lanes, const T* x, int64_t apart, int64_t count) {
  __m512 sum[kVectors];
  for (int v = 0; v < kVectors; ++v) sum[v] = _mm512_loadu_ps(sums + 16 * v);
  for (; count > 0; --count, x += apart)
    for (int v = 0; v < kVectors; ++v) {
      prefetch(x + 16 * v);
      sum[v] = _mm512_add_ps(sum[v], load_lanes(x + 16 * v, v + 1 < kVectors ? __mmask16{0xffff} : lanes));
    }
  for (int v = 0; v < kVectors; ++v) _mm512_storeu_ps(sums + 16 * v, sum[v]);
}

// Lines of at most 256 values; sums has room for whole vectors.
template <class T>
void add_line_lanes(float* sums, int64_t width, const T* x, int64_t apart, int64_t count) {
  for (int64_t wide; width > 0; sums += wide, x += wide, width -= wide) {
    wide = width > 128 ? 256 : width > 64 ? 128 : width > 32 ? 64 : width > 16 ? 32 : 16;
    if (wide > width) wide = width > 16 ? wide / 2 : width;
    const __mmask16 lanes = first_lanes(wide);
    if (wide == 256) add_to_vectors<16>(sums, lanes, x, apart, count);
    if (wide == 128) add_to_vectors<8>(sums, lanes, x, apart, count);
    if (wide == 64) add_to_vectors<4>(sums, lanes, x, apart, count);
    if (wide == 32) add_to_vectors<2>(sums, lanes, x, apart, count);
    if (wide <= 16) add_to_vectors<1>(sums, lanes, x, apart, count);
  }
}

inline void add_lines(float* sums, int64_t width, const float* x, int64_t apart, int64_t count) {
  add_line_lanes(sums, width, x, apart, count);
}
inline void add_lines(float* sums, int64_t width, const Half* x, int64_t apart, int64_t count) {
  add_line_lanes(sums, width, x, apart, count);
}
inline void add_lines(float* sums, int64_t width, const Bfloat* x, int64_t apart, int64_t count) {
  add_line_lanes(sums, width, x, apart, count);
}
