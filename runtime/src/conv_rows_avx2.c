#include "lanes_avx2.h"

#if CGRT_X86

/* maddwd multiplies 16-bit values and adds two products, exact. Windows and packed filters are widened to 16 bits; the 16 lanes
 * are two vectors. */

/* The next 16 values, zeros behind the last. */
static inline CGRT_TARGET_AVX2 __m256i load16_avx2(const int8_t *from, uint32_t left) {
  int8_t part[16] = {0};
  if (left >= 16) return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)from));
  copy_part_avx2(part, from, left);
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)part));
}

static inline CGRT_TARGET_AVX2 void widen16_avx2(uint8_t *to, const int8_t *from) {
  store_avx2(to, _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)from)));
}

static CGRT_TARGET_AVX2 void widen_avx2(uint8_t *to, const int8_t *from, uint32_t pixels, uint32_t count, uint32_t from_pitch,
                                        uint32_t to_pitch) {
  uint32_t whole;
  if (!from) {
    for (uint32_t i = 0; i < pixels * to_pitch; i += 32) store_avx2(to + i, _mm256_setzero_si256());
    return;
  }
  if (count == from_pitch && 2 * count == to_pitch) { /* one run */
    count *= pixels;
    pixels = 1;
  }
  whole = count / 16 * 16;
  for (uint32_t p = 0; p < pixels; p++) {
    const int8_t *pixel = from + p * from_pitch;
    for (uint32_t i = 0; i < whole; i += 16) widen16_avx2(to + p * to_pitch + 2 * i, pixel + i);
    if (whole < count) store_avx2(to + p * to_pitch + 2 * whole, load16_avx2(pixel + whole, count - whole));
  }
}

/* Eight of the lanes. */
static CGRT_TARGET_AVX2 void pack_half_avx2(uint8_t *to, const int8_t *from, int filters, uint32_t pitch, uint32_t count) {
  __m256i row[8], column[8];
  for (uint32_t i = 0; i < count; i += 16) {
    uint32_t steps = (cgrt_min(count - i, 16) + 1) / 2;
    CGRT_UNROLL(8)
    for (int o = 0; o < 8; o++) {
      row[o] = o < filters ? load16_avx2(from + (uint32_t)o * pitch + i, count - i) : _mm256_setzero_si256();
    }
    transpose_avx2(column, row);
    CGRT_UNROLL(8)
    for (uint32_t j = 0; j < 8; j++) {
      if (j < steps) _mm256_storeu_si256((__m256i *)(void *)(to + 64 * j), column[j]);
    }
    to += 64 * steps;
  }
}

static CGRT_TARGET_AVX2 void pack_avx2(uint8_t *to, const int8_t *from, uint32_t filters, uint32_t pitch, uint32_t count,
                                       int32_t *start) {
  (void)start;
  pack_half_avx2(to, from, (int)filters, pitch, count);
  pack_half_avx2(to + 32, from + 8 * pitch, (int)filters - 8, pitch, count);
}

/* Four pixels of a tile. */
static inline CGRT_TARGET_AVX2 void sum_pixels_avx2(const cgrt_tile *t, uint32_t first) {
  const size_t pitch = t->pixel_bytes;
  int32_t *sums = t->sums + 16 * first;
  __m256i acc[8];
  CGRT_UNROLL(8)
  for (int p = 0; p < 8; p++) acc[p] = t->add ? load_avx2(sums + 8 * p) : _mm256_setzero_si256();
  for (uint32_t r = 0; r < t->rows; r++) {
    const uint8_t *packed = t->packed + r * t->packed_bytes, *window = t->window + r * t->row_bytes + first * pitch;
    for (uint32_t i = 0; i < t->steps; i++, packed += 64, window += 4) {
      const __m256i low = load_avx2(packed), high = load_avx2(packed + 32);
      CGRT_UNROLL(4)
      for (int p = 0; p < 4; p++) {
        __m256i values;
        int32_t pair;
        __builtin_memcpy(&pair, window + (size_t)p * pitch, 4);
        values = _mm256_set1_epi32(pair);
        acc[2 * p] = _mm256_add_epi32(acc[2 * p], _mm256_madd_epi16(values, low));
        acc[2 * p + 1] = _mm256_add_epi32(acc[2 * p + 1], _mm256_madd_epi16(values, high));
      }
    }
  }
  CGRT_UNROLL(8)
  for (int p = 0; p < 8; p++) store_avx2(sums + 8 * p, acc[p]);
}

static CGRT_TARGET_AVX2 void sum_avx2(const cgrt_tile *t) {
  for (uint32_t p = 0; p < t->pixels; p += 4) sum_pixels_avx2(t, p);
}

void cgrt_conv_rows_avx2(const cgrt_conv *rows, uint32_t count) {
  static const cgrt_lanes machine = {16, 2, 4, widen_avx2, pack_avx2, cgrt_unpack_avx2, sum_avx2, cgrt_finish_avx2};
  cgrt_conv_strips(rows, count, &machine);
}

#else
typedef char cgrt_no_conv_rows_avx2;
#endif
