#include "kernels.h"

#if CGRT_X86

#include <immintrin.h>

#include "arith.h"
#include "x86.h"

/* Sixteen pixels side by side, two channels at a time. */

/* Per colour, the weights of channels 0 and 2, 1 and 3, 4 and 6, ... in pairs, as the features come. */
typedef struct cgrt_rgb_pairs {
  int32_t of[3][512 + 16];
} cgrt_rgb_pairs;

static CGRT_TARGET_VNNI void open_pairs_vnni(cgrt_rgb_pairs *pairs, const cgrt_colours *c) {
  const __m512i order = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15));
  for (uint32_t r = 0; r < c->count; r++) {
    for (uint32_t i = 0; i < c->cin; i += 32) {
      const __mmask32 mask = c->cin - i < 32 ? (1u << (c->cin - i)) - 1 : ~0u;
      _mm512_storeu_si512(pairs->of[r] + i / 2, _mm512_shuffle_epi8(_mm512_maskz_loadu_epi16(mask, c->weights + r * c->cin + i), order));
    }
  }
}

/* Sixteen channels, or those of the mask, of sixteen pixels: four in each lane of quads[0], [1], ...; pixels behind the last are read as
 * the last. */
static inline CGRT_TARGET_VNNI void quads_vnni(__m512i *quads, const int8_t *features, uint32_t cin, uint32_t left, __mmask16 mask) {
  __m512i r[4], a, b, c, d;
  CGRT_UNROLL(4)
  for (uint32_t j = 0; j < 4; j++) {
    r[j] = _mm512_castsi128_si512(_mm_maskz_loadu_epi8(mask, features + cgrt_min(j, left - 1) * cin));
    r[j] = _mm512_inserti32x4(r[j], _mm_maskz_loadu_epi8(mask, features + cgrt_min(4 + j, left - 1) * cin), 1);
    r[j] = _mm512_inserti32x4(r[j], _mm_maskz_loadu_epi8(mask, features + cgrt_min(8 + j, left - 1) * cin), 2);
    r[j] = _mm512_inserti32x4(r[j], _mm_maskz_loadu_epi8(mask, features + cgrt_min(12 + j, left - 1) * cin), 3);
  }
  a = _mm512_unpacklo_epi32(r[0], r[1]);
  b = _mm512_unpackhi_epi32(r[0], r[1]);
  c = _mm512_unpacklo_epi32(r[2], r[3]);
  d = _mm512_unpackhi_epi32(r[2], r[3]);
  quads[0] = _mm512_unpacklo_epi64(a, c);
  quads[1] = _mm512_unpackhi_epi64(a, c);
  quads[2] = _mm512_unpacklo_epi64(b, d);
  quads[3] = _mm512_unpackhi_epi64(b, d);
}

/* Sums become contributions to the RGB sum. */
static inline CGRT_TARGET_VNNI __m512i contribution_vnni(__m512i u, __m512i q) {
  const __m512i half = _mm512_set1_epi64(1ll << 31), bound = _mm512_set1_epi32(CGRT_RGB_MAX);
  __m512i even = _mm512_add_epi64(_mm512_mul_epi32(u, q), half);
  __m512i odd = _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(u, 32), q), half);
  u = _mm512_mask_mov_epi32(_mm512_srli_epi64(even, 32), 0xAAAA, odd);
  return _mm512_min_epi32(_mm512_max_epi32(u, _mm512_sub_epi32(_mm512_setzero_si512(), bound)), bound);
}

/* Of a colour each; `count` is a constant. */
static inline __attribute__((always_inline)) CGRT_TARGET_VNNI void sums_vnni(__m512i *sums, const cgrt_colours *c, const cgrt_rgb_pairs *pairs,
                                                                             uint32_t x, uint32_t left, uint32_t count) {
  const int8_t *features = c->features + x * c->cin;
  __m512i odd[3];
  CGRT_UNROLL(3)
  for (uint32_t r = 0; r < count; r++) {
    sums[r] = _mm512_set1_epi32(c->bias[r]);
    odd[r] = _mm512_setzero_si512();
  }
  for (uint32_t i = 0; i < c->cin; i += 16) {
    __m512i quads[4];
    quads_vnni(quads, features + i, c->cin, left, (__mmask16)(c->cin - i < 16 ? (1u << (c->cin - i)) - 1 : 0xFFFF));
    CGRT_UNROLL(4)
    for (uint32_t j = 0; j < 4; j++) {
      const __m512i first = _mm512_srai_epi16(_mm512_slli_epi16(quads[j], 8), 8), second = _mm512_srai_epi16(quads[j], 8);
      CGRT_UNROLL(3)
      for (uint32_t r = 0; r < count; r++) {
        sums[r] = _mm512_dpwssd_epi32(sums[r], first, _mm512_set1_epi32(pairs->of[r][i / 2 + 2 * j]));
        odd[r] = _mm512_dpwssd_epi32(odd[r], second, _mm512_set1_epi32(pairs->of[r][i / 2 + 2 * j + 1]));
      }
    }
  }
  CGRT_UNROLL(3)
  for (uint32_t r = 0; r < count; r++) sums[r] = _mm512_add_epi32(sums[r], odd[r]);
}

/* Vector `part` of [pixel][colour]: lane j is that of colour (16 * part + j) % 3, which one of the three sums has. */
static inline CGRT_TARGET_VNNI __m512i interleaved_vnni(const __m512i *sums, uint32_t part) {
  static const int32_t lanes[3][16] = {{0, 16, 0, 1, 17, 1, 2, 18, 2, 3, 19, 3, 4, 20, 4, 5},
                                       {21, 5, 6, 22, 6, 7, 23, 7, 8, 24, 8, 9, 25, 9, 10, 26},
                                       {10, 11, 27, 11, 12, 28, 12, 13, 29, 13, 14, 30, 14, 15, 31, 15}};
  static const uint16_t blue[3] = {0x4924, 0x2492, 0x9249};
  const __m512i order = _mm512_loadu_si512(lanes[part]);
  return _mm512_mask_permutexvar_epi32(_mm512_permutex2var_epi32(sums[0], order, sums[1]), blue[part], order, sums[2]);
}

static inline CGRT_TARGET_VNNI void add_vnni(int32_t *rgb, __m512i values, uint32_t count) {
  const __mmask16 mask = (__mmask16)(count < 16 ? (1u << count) - 1 : 0xFFFF);
  _mm512_mask_storeu_epi32(rgb, mask, _mm512_add_epi32(values, _mm512_maskz_loadu_epi32(mask, rgb)));
}

static inline __attribute__((always_inline)) CGRT_TARGET_VNNI void row_of_vnni(const cgrt_colours *c, uint32_t count) {
  const __m128i shift = _mm_cvtsi32_si128((int)c->shift);
  cgrt_rgb_pairs pairs;
  open_pairs_vnni(&pairs, c);
  for (uint32_t x = 0; x < c->width; x += 16) {
    const uint32_t left = cgrt_min(c->width - x, 16), values = left * count;
    int32_t *rgb = c->rgb + x * count;
    __m512i sums[3];
    sums_vnni(sums, c, &pairs, x, left, count);
    CGRT_UNROLL(3)
    for (uint32_t r = 0; r < count; r++) {
      sums[r] = contribution_vnni(_mm512_sll_epi32(sums[r], shift), _mm512_set1_epi32(2 * c->multiplier[r]));
    }
    if (count == 1) {
      add_vnni(rgb, sums[0], values);
      continue;
    }
    CGRT_UNROLL(3)
    for (uint32_t part = 0; part < 3; part++) {
      if (16 * part < values) add_vnni(rgb + 16 * part, interleaved_vnni(sums, part), values - 16 * part);
    }
  }
}

CGRT_TARGET_VNNI void cgrt_rgb_row_vnni(const cgrt_colours *c) {
  if (c->count == 3) row_of_vnni(c, 3);
  else row_of_vnni(c, 1);
}

#else
typedef char cgrt_no_rgb_row_vnni;
#endif
