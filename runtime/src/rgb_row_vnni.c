#include "kernels.h"

#if CGRT_X86

#include <immintrin.h>

#include "arith.h"
#include "x86.h"

/* The four lanes of every 128 bits are added: a sum of each vector there. */
static inline CGRT_TARGET_VNNI __m512i fold4_vnni(__m512i s0, __m512i s1, __m512i s2, __m512i s3) {
  s0 = _mm512_add_epi32(_mm512_unpacklo_epi32(s0, s1), _mm512_unpackhi_epi32(s0, s1));
  s2 = _mm512_add_epi32(_mm512_unpacklo_epi32(s2, s3), _mm512_unpackhi_epi32(s2, s3));
  return _mm512_add_epi32(_mm512_unpacklo_epi64(s0, s2), _mm512_unpackhi_epi64(s0, s2));
}

/* Sixteen sums, [pixel][colour], of which the first is `first`, a constant, of a batch of 16 pixels; pixels behind the last are read as
 * the last. */
static inline __attribute__((always_inline)) CGRT_TARGET_VNNI __m512i sums16_vnni(const cgrt_colours *c, const int8_t *features,
                                                                                  uint32_t left, uint32_t first, uint32_t count) {
  const uint32_t cin = c->cin;
  __m512i acc[16], a, b;
  CGRT_UNROLL(16)
  for (int j = 0; j < 16; j++) acc[j] = _mm512_setzero_si512();
  for (uint32_t i = 0; i < cin; i += 32) {
    const __mmask32 mask = cin - i < 32 ? (1u << (cin - i)) - 1 : ~0u;
    __m512i weights[3], values = _mm512_setzero_si512();
    weights[0] = _mm512_maskz_loadu_epi16(mask, c->weights + i);
    weights[1] = count == 3 ? _mm512_maskz_loadu_epi16(mask, c->weights + cin + i) : weights[0];
    weights[2] = count == 3 ? _mm512_maskz_loadu_epi16(mask, c->weights + 2 * cin + i) : weights[0];
    CGRT_UNROLL(16)
    for (uint32_t j = 0; j < 16; j++) {
      uint32_t pixel = (first + j) / count;
      if (j == 0 || (first + j) % count == 0) {
        values = _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(mask, features + cgrt_min(pixel, left - 1) * cin + i));
      }
      acc[j] = _mm512_dpwssd_epi32(acc[j], values, weights[(first + j) % count]);
    }
  }
  CGRT_UNROLL(4)
  for (int j = 0; j < 16; j += 4) acc[j] = fold4_vnni(acc[j], acc[j + 1], acc[j + 2], acc[j + 3]);
  a = _mm512_add_epi32(_mm512_shuffle_i32x4(acc[0], acc[4], 0x88), _mm512_shuffle_i32x4(acc[0], acc[4], 0xDD));
  b = _mm512_add_epi32(_mm512_shuffle_i32x4(acc[8], acc[12], 0x88), _mm512_shuffle_i32x4(acc[8], acc[12], 0xDD));
  return _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xDD));
}

/* Sixteen sums become contributions to the RGB sum. */
static inline CGRT_TARGET_VNNI __m512i contribution_vnni(__m512i u, __m512i q) {
  const __m512i half = _mm512_set1_epi64(1ll << 31), bound = _mm512_set1_epi32(CGRT_RGB_MAX);
  __m512i even = _mm512_add_epi64(_mm512_mul_epi32(u, q), half);
  __m512i odd = _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(u, 32), _mm512_srli_epi64(q, 32)), half);
  u = _mm512_mask_mov_epi32(_mm512_srli_epi64(even, 32), 0xAAAA, odd);
  return _mm512_min_epi32(_mm512_max_epi32(u, _mm512_sub_epi32(_mm512_setzero_si512(), bound)), bound);
}

/* What turns sums into contributions, for 16 pixels. */
typedef struct cgrt_rgb_factors {
  int32_t bias[48], twice[48];
  __m128i shift;
} cgrt_rgb_factors;

/* Values first .. first + 15 of 16 pixels or the `left` last ones; `first` and `count`, the colours, are constants. */
static inline __attribute__((always_inline)) CGRT_TARGET_VNNI void colours16_vnni(const cgrt_colours *c, const cgrt_rgb_factors *f,
                                                                                  uint32_t x, uint32_t first, uint32_t count) {
  const uint32_t left = cgrt_min(c->width - x, 16), values = left * count;
  int32_t *rgb = c->rgb + x * count + first;
  __m512i u;
  __mmask16 mask;
  if (first >= values) return;
  mask = (__mmask16)(values - first < 16 ? (1u << (values - first)) - 1 : 0xFFFF);
  u = _mm512_add_epi32(sums16_vnni(c, c->features + x * c->cin, left, first, count), _mm512_loadu_si512(f->bias + first));
  u = contribution_vnni(_mm512_sll_epi32(u, f->shift), _mm512_loadu_si512(f->twice + first));
  _mm512_mask_storeu_epi32(rgb, mask, _mm512_add_epi32(u, _mm512_maskz_loadu_epi32(mask, rgb)));
}

static inline __attribute__((always_inline)) CGRT_TARGET_VNNI void row_of_vnni(const cgrt_colours *c, uint32_t count) {
  cgrt_rgb_factors f;
  f.shift = _mm_cvtsi32_si128((int)c->shift);
  for (uint32_t i = 0; i < 16 * count; i++) {
    f.bias[i] = c->bias[i % count];
    f.twice[i] = 2 * c->multiplier[i % count];
  }
  for (uint32_t x = 0; x < c->width; x += 16) {
    colours16_vnni(c, &f, x, 0, count);
    if (count == 1) continue;
    colours16_vnni(c, &f, x, 16, count);
    colours16_vnni(c, &f, x, 32, count);
  }
}

CGRT_TARGET_VNNI void cgrt_rgb_row_vnni(const cgrt_colours *c) {
  if (c->count == 3) row_of_vnni(c, 3);
  else row_of_vnni(c, 1);
}

#else
typedef char cgrt_no_rgb_row_vnni;
#endif
