#include "strips.h"

#if CGRT_X86

#include <immintrin.h>

#include "x86.h"

/* dpbusd multiplies unsigned by signed bytes and adds four products at once, all 32 bits exact. Windows therefore hold value + 128,
 * and sums start at -128 times the filter's sum. */

static inline CGRT_TARGET_VNNI __mmask64 mask64_vnni(uint32_t n) { return n < 64 ? (1ull << n) - 1 : ~0ull; }

/* At most 64 values of each of several pixels. */
static CGRT_TARGET_VNNI void widen_pixels_vnni(uint8_t *to, const int8_t *from, uint32_t pixels, uint32_t count, uint32_t from_pitch,
                                               uint32_t to_pitch) {
  const __m512i offset = _mm512_set1_epi8(-128);
  const __mmask64 mask = mask64_vnni(count);
  for (uint32_t p = 0; p < pixels; p++, to += to_pitch, from += from_pitch) {
    _mm512_storeu_si512(to, _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, from), offset));
  }
}

static CGRT_TARGET_VNNI void widen_vnni(uint8_t *to, const int8_t *from, uint32_t pixels, uint32_t count, uint32_t from_pitch,
                                        uint32_t to_pitch) {
  if (!from) {
    for (uint32_t p = 0; p < pixels; p++) _mm512_storeu_si512(to + p * to_pitch, _mm512_set1_epi8(-128));
  } else if (count == from_pitch && count == to_pitch) { /* one run */
    widen_pixels_vnni(to, from, count * pixels / 64, 64, 64, 64);
    pixels *= count;
    widen_pixels_vnni(to + pixels / 64 * 64, from + pixels / 64 * 64, 1, pixels % 64, 0, 0);
  } else {
    widen_pixels_vnni(to, from, pixels, count, from_pitch, to_pitch);
  }
}

/* Four lanes of rows 4i..4i+3 become four vectors with a column of those rows in each 128 bits. */
static inline CGRT_TARGET_VNNI void transpose_quads_vnni(__m512i *r) {
  __m512i a = _mm512_unpacklo_epi32(r[0], r[1]), b = _mm512_unpackhi_epi32(r[0], r[1]);
  __m512i c = _mm512_unpacklo_epi32(r[2], r[3]), d = _mm512_unpackhi_epi32(r[2], r[3]);
  r[0] = _mm512_unpacklo_epi64(a, c);
  r[1] = _mm512_unpackhi_epi64(a, c);
  r[2] = _mm512_unpacklo_epi64(b, d);
  r[3] = _mm512_unpackhi_epi64(b, d);
}

/* Gathers column j of each 128 bits: steps j, 4 + j, 8 + j and 12 + j. */
static inline CGRT_TARGET_VNNI void gather_steps_vnni(__m512i *step, const __m512i *r) {
  __m512i a = _mm512_shuffle_i32x4(r[0], r[4], 0x88), b = _mm512_shuffle_i32x4(r[0], r[4], 0xDD);
  __m512i c = _mm512_shuffle_i32x4(r[8], r[12], 0x88), d = _mm512_shuffle_i32x4(r[8], r[12], 0xDD);
  step[0] = _mm512_shuffle_i32x4(a, c, 0x88);
  step[4] = _mm512_shuffle_i32x4(b, d, 0x88);
  step[8] = _mm512_shuffle_i32x4(a, c, 0xDD);
  step[12] = _mm512_shuffle_i32x4(b, d, 0xDD);
}

static CGRT_TARGET_VNNI void pack_vnni(uint8_t *to, const int8_t *from, uint32_t filters, uint32_t pitch, uint32_t count,
                                       int32_t *start) {
  const __m512i offset = _mm512_set1_epi8(-128);
  __m512i sum = _mm512_setzero_si512(), r[16], step[16];
  for (uint32_t i = 0; i < count; i += 64) {
    __mmask64 mask = mask64_vnni(count - i);
    uint32_t steps = (cgrt_min(count - i, 64) + 3) / 4;
    CGRT_UNROLL(16)
    for (uint32_t o = 0; o < 16; o++) {
      r[o] = o < filters ? _mm512_maskz_loadu_epi8(mask, from + o * pitch + i) : _mm512_setzero_si512();
    }
    CGRT_UNROLL(4)
    for (uint32_t o = 0; o < 16; o += 4) transpose_quads_vnni(r + o);
    CGRT_UNROLL(4)
    for (uint32_t j = 0; j < 4; j++) gather_steps_vnni(step + j, r + j);
    CGRT_UNROLL(16)
    for (uint32_t j = 0; j < 16; j++) {
      if (j >= steps) break;
      sum = _mm512_dpbusd_epi32(sum, offset, step[j]);
      _mm512_storeu_si512(to + 64 * j, step[j]);
    }
    to += 64 * steps;
  }
  _mm512_storeu_si512(start, _mm512_sub_epi32(_mm512_loadu_si512(start), sum));
}

/* `count`, a constant, pixels of a tile. */
static inline __attribute__((always_inline)) CGRT_TARGET_VNNI void sum_pixels_vnni(const cgrt_tile *t, uint32_t first, int count) {
  const __m512i start = _mm512_loadu_si512(t->start);
  const size_t pitch = t->pixel_bytes;
  int32_t *sums = t->sums + 16 * first;
  __m512i acc[16];
  CGRT_UNROLL(16)
  for (int p = 0; p < count; p++) acc[p] = t->add ? _mm512_add_epi32(start, _mm512_loadu_si512(sums + 16 * p)) : start;
  for (uint32_t r = 0; r < t->rows; r++) {
    const uint8_t *packed = t->packed + r * t->packed_bytes, *window = t->window + r * t->row_bytes + first * pitch, *window8 = window + 8 * pitch;
    for (uint32_t i = 0; i < t->steps; i++, packed += 64, window += 4, window8 += 4) {
      const __m512i weights = _mm512_loadu_si512(packed);
      CGRT_UNROLL(16)
      for (int p = 0; p < count; p++) {
        int32_t values;
        __builtin_memcpy(&values, p < 8 ? window + (size_t)p * pitch : window8 + (size_t)(p - 8) * pitch, 4);
        acc[p] = _mm512_dpbusd_epi32(acc[p], _mm512_set1_epi32(values), weights);
      }
    }
  }
  CGRT_UNROLL(16)
  for (int p = 0; p < count; p++) _mm512_storeu_si512(sums + 16 * p, acc[p]);
}

static CGRT_TARGET_VNNI void sum_vnni(const cgrt_tile *t) {
  uint32_t p = 0;
  for (; p + 12 < t->pixels; p += 16) sum_pixels_vnni(t, p, 16);
  for (; p + 4 < t->pixels; p += 8) sum_pixels_vnni(t, p, 8);
  for (; p < t->pixels; p += 4) sum_pixels_vnni(t, p, 4);
}

/* (u * 2q + 2^31) >> 32 in every lane: the even lanes, then the odd ones, whose result is already in its place. */
static inline CGRT_TARGET_VNNI __m512i rq_vnni(__m512i u, __m512i q) {
  const __m512i half = _mm512_set1_epi64(1ll << 31);
  __m512i even = _mm512_add_epi64(_mm512_mul_epi32(u, q), half);
  __m512i odd = _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(u, 32), _mm512_srli_epi64(q, 32)), half);
  return _mm512_mask_mov_epi32(_mm512_srli_epi64(even, 32), 0xAAAA, odd);
}

/* Noise times strength: the lower halves of both, times zero in the upper ones. */
CGRT_TARGET_VNNI void cgrt_finish_vnni(const cgrt_finish *f) {
  const __m512i bias = _mm512_loadu_si512(f->bias), strength = _mm512_loadu_si512(f->strength);
  const __m512i up = _mm512_loadu_si512(f->up), down = _mm512_loadu_si512(f->down);
  const __m512i low = _mm512_set1_epi32(-127), high = _mm512_set1_epi32(127);
  const __m128i shift = _mm_cvtsi32_si128((int)f->shift);
  const __mmask16 lanes = (__mmask16)((1u << f->lanes) - 1);
  const int32_t *const sums0 = f->sums[0], *const sums1 = f->sums[1], *const sums2 = f->sums[2];
  const size_t pixels = f->pixels, pitch = f->out_pitch, noise_pitch = f->noise_pitch;
  const int8_t *const noise = f->noise;
  int8_t *out = f->out;
  for (size_t p = 0; p < pixels; p++, out += pitch) {
    __m512i u = _mm512_add_epi32(_mm512_loadu_si512(sums0 + 16 * p), bias);
    if (sums1) {
      u = _mm512_add_epi32(u, _mm512_loadu_si512(sums1 + 16 * p));
      u = _mm512_add_epi32(u, _mm512_loadu_si512(sums2 + 16 * p));
    }
    if (noise) u = _mm512_dpwssd_epi32(u, strength, _mm512_set1_epi32((uint16_t)noise[p * noise_pitch]));
    u = rq_vnni(_mm512_sll_epi32(u, shift), _mm512_mask_mov_epi32(up, _mm512_cmplt_epi32_mask(u, _mm512_setzero_si512()), down));
    u = _mm512_min_epi32(_mm512_max_epi32(u, low), high);
    _mm_mask_storeu_epi8(out, lanes, _mm512_cvtepi32_epi8(u));
  }
}

void cgrt_conv_rows_vnni(const cgrt_conv *rows, uint32_t count) {
  static const cgrt_lanes machine = {16, 4, 16, widen_vnni, pack_vnni, cgrt_unpack_avx2, sum_vnni, cgrt_finish_vnni};
  cgrt_conv_strips(rows, count, &machine);
}

#else
typedef char cgrt_no_conv_rows_vnni;
#endif
