#include "lanes_avx2.h"

#if CGRT_X86

/* As with AVX-512, in vectors of 256 bits: windows hold value + 128, sums start at -128 times the filter's sum. */

static inline CGRT_TARGET_AVXVNNI __m256i load32_avxvnni(const int8_t *from, uint32_t left) {
  int8_t part[32] = {0};
  if (left >= 32) return load_avx2(from);
  copy_part_avx2(part, from, left);
  return load_avx2(part);
}

static CGRT_TARGET_AVXVNNI void widen_run_avxvnni(uint8_t *to, const int8_t *from, uint32_t count) {
  const __m256i offset = _mm256_set1_epi8(-128);
  for (uint32_t i = 0; i < count; i += 32) {
    __m256i v = from ? load32_avxvnni(from + i, count - i) : _mm256_setzero_si256();
    store_avx2(to + i, _mm256_xor_si256(v, offset));
  }
}

static CGRT_TARGET_AVXVNNI void widen_avxvnni(uint8_t *to, const int8_t *from, uint32_t pixels, uint32_t count, uint32_t from_pitch,
                                              uint32_t to_pitch) {
  if (count == from_pitch && count == to_pitch) {
    count *= pixels;
    pixels = 1;
  }
  for (uint32_t p = 0; p < pixels; p++, to += to_pitch) widen_run_avxvnni(to, from ? from + p * from_pitch : 0, count);
}

/* Eight of the lanes. */
static CGRT_TARGET_AVXVNNI void pack_half_avxvnni(uint8_t *to, const int8_t *from, int filters, uint32_t pitch, uint32_t count,
                                                  int32_t *start) {
  const __m256i offset = _mm256_set1_epi8(-128);
  __m256i row[8], column[8], sum = _mm256_setzero_si256();
  for (uint32_t i = 0; i < count; i += 32) {
    uint32_t steps = (cgrt_min(count - i, 32) + 3) / 4;
    CGRT_UNROLL(8)
    for (int o = 0; o < 8; o++) {
      row[o] = o < filters ? load32_avxvnni(from + (uint32_t)o * pitch + i, count - i) : _mm256_setzero_si256();
    }
    transpose_avx2(column, row);
    CGRT_UNROLL(8)
    for (uint32_t j = 0; j < 8; j++) {
      if (j >= steps) break;
      sum = _mm256_dpbusd_avx_epi32(sum, offset, column[j]);
      store_avx2(to + 64 * j, column[j]);
    }
    to += 64 * steps;
  }
  store_avx2(start, _mm256_sub_epi32(load_avx2(start), sum));
}

static CGRT_TARGET_AVXVNNI void pack_avxvnni(uint8_t *to, const int8_t *from, uint32_t filters, uint32_t pitch, uint32_t count,
                                             int32_t *start) {
  pack_half_avxvnni(to, from, (int)filters, pitch, count, start);
  pack_half_avxvnni(to + 32, from + 8 * pitch, (int)filters - 8, pitch, count, start + 8);
}

/* `count`, a constant, pixels of a tile: six fill the registers. */
static inline __attribute__((always_inline)) CGRT_TARGET_AVXVNNI void sum_pixels_avxvnni(const cgrt_tile *t, uint32_t first, int count) {
  const size_t pitch = t->pixel_bytes;
  int32_t *sums = t->sums + 16 * first;
  __m256i acc[12];
  CGRT_UNROLL(12)
  for (int p = 0; p < 2 * count; p++) {
    acc[p] = load_avx2(t->start + p % 2 * 8);
    if (t->add) acc[p] = _mm256_add_epi32(acc[p], load_avx2(sums + 8 * p));
  }
  for (uint32_t r = 0; r < t->rows; r++) {
    const uint8_t *packed = t->packed + r * t->packed_bytes, *window = t->window + r * t->row_bytes + first * pitch;
    for (uint32_t i = 0; i < t->steps; i++, packed += 64, window += 4) {
      const __m256i low = load_avx2(packed), high = load_avx2(packed + 32);
      CGRT_UNROLL(6)
      for (int p = 0; p < count; p++) {
        __m256i values;
        int32_t four;
        __builtin_memcpy(&four, window + (size_t)p * pitch, 4);
        values = _mm256_set1_epi32(four);
        acc[2 * p] = _mm256_dpbusd_avx_epi32(acc[2 * p], values, low);
        acc[2 * p + 1] = _mm256_dpbusd_avx_epi32(acc[2 * p + 1], values, high);
      }
    }
  }
  CGRT_UNROLL(12)
  for (int p = 0; p < 2 * count; p++) store_avx2(sums + 8 * p, acc[p]);
}

static CGRT_TARGET_AVXVNNI void sum_avxvnni(const cgrt_tile *t) {
  uint32_t p = 0;
  for (; p + 6 <= t->pixels; p += 6) sum_pixels_avxvnni(t, p, 6);
  for (; p < t->pixels; p += 4) sum_pixels_avxvnni(t, p, 4);
}

void cgrt_conv_rows_avxvnni(const cgrt_conv *rows, uint32_t count) {
  static const cgrt_lanes machine = {16, 4, 12, widen_avxvnni, pack_avxvnni, cgrt_unpack_avx2, sum_avxvnni, cgrt_finish_avx2};
  cgrt_conv_strips(rows, count, &machine);
}

#else
typedef char cgrt_no_conv_rows_avxvnni;
#endif
