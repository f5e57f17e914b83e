#include "kernels.h"

#if CGRT_X86

#include <immintrin.h>

#include "arith.h"
#include "x86.h"

enum { CGRT_RGB_BATCH = 24 }; /* sums at once, of 8 pixels with three colours or 24 with one */

/* Eight more products. */
static inline CGRT_TARGET_AVX2 __m256i add_low_avx2(__m256i sum, __m128i v, const int16_t *weights) {
  __m128i products = _mm_madd_epi16(v, _mm_loadu_si128((const __m128i *)(const void *)weights));
  return _mm256_add_epi32(sum, _mm256_inserti128_si256(_mm256_setzero_si256(), products, 0));
}

/* The sums of one pixel, before the bias; writes four. */
static inline CGRT_TARGET_AVX2 void rgb_pixel_avx2(int32_t *sums, const int8_t *features, const cgrt_colours *c) {
  const int16_t *w0 = c->weights, *w1 = c->count == 3 ? w0 + c->cin : w0, *w2 = c->count == 3 ? w1 + c->cin : w0;
  __m256i s0 = _mm256_setzero_si256(), s1 = s0, s2 = s0, low, high;
  uint32_t i = 0;
  for (; i + 16 <= c->cin; i += 16) {
    __m256i v = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(features + i)));
    s0 = _mm256_add_epi32(s0, _mm256_madd_epi16(v, _mm256_loadu_si256((const __m256i *)(const void *)(w0 + i))));
    s1 = _mm256_add_epi32(s1, _mm256_madd_epi16(v, _mm256_loadu_si256((const __m256i *)(const void *)(w1 + i))));
    s2 = _mm256_add_epi32(s2, _mm256_madd_epi16(v, _mm256_loadu_si256((const __m256i *)(const void *)(w2 + i))));
  }
  if (i + 8 <= c->cin) {
    __m128i v = _mm_cvtepi8_epi16(_mm_loadl_epi64((const __m128i *)(const void *)(features + i)));
    s0 = add_low_avx2(s0, v, w0 + i);
    s1 = add_low_avx2(s1, v, w1 + i);
    s2 = add_low_avx2(s2, v, w2 + i);
    i += 8;
  }
  low = _mm256_hadd_epi32(_mm256_hadd_epi32(s0, s1), _mm256_hadd_epi32(s2, s2));
  high = _mm256_permute2x128_si256(low, low, 1);
  _mm_storeu_si128((__m128i *)(void *)sums, _mm256_castsi256_si128(_mm256_add_epi32(low, high)));
  for (; i < c->cin; i++) {
    sums[0] += w0[i] * features[i];
    sums[1] += w1[i] * features[i];
    sums[2] += w2[i] * features[i];
  }
}

/* Eight sums become contributions to the RGB sum. */
static inline CGRT_TARGET_AVX2 __m256i rgb_rq_avx2(__m256i u, __m256i q) {
  const __m256i half = _mm256_set1_epi64x(1ll << 31), bound = _mm256_set1_epi32(CGRT_RGB_MAX);
  __m256i even = _mm256_add_epi64(_mm256_mul_epi32(u, q), half);
  __m256i odd = _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(u, 32), _mm256_srli_epi64(q, 32)), half);
  u = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
  return _mm256_min_epi32(_mm256_max_epi32(u, _mm256_sub_epi32(_mm256_setzero_si256(), bound)), bound);
}

CGRT_TARGET_AVX2 void cgrt_rgb_row_avx2(const cgrt_colours *c) {
  const __m128i shift = _mm_cvtsi32_si128((int)c->shift);
  uint32_t left = c->width * c->count;
  int32_t sums[CGRT_RGB_BATCH + 8], bias[CGRT_RGB_BATCH], twice[CGRT_RGB_BATCH], *rgb = c->rgb;
  const int8_t *features = c->features;
  for (uint32_t i = 0; i < CGRT_RGB_BATCH; i++) {
    bias[i] = c->bias[i % c->count];
    twice[i] = 2 * c->multiplier[i % c->count];
  }
  while (left) {
    uint32_t batch = cgrt_min(left, CGRT_RGB_BATCH);
    for (uint32_t i = 0; i < batch; i += c->count, features += c->cin) rgb_pixel_avx2(sums + i, features, c);
    for (uint32_t i = 0; i < batch; i += 8) {
      __m256i u = _mm256_loadu_si256((const __m256i *)(const void *)(sums + i));
      u = _mm256_sll_epi32(_mm256_add_epi32(u, _mm256_loadu_si256((const __m256i *)(const void *)(bias + i))), shift);
      u = rgb_rq_avx2(u, _mm256_loadu_si256((const __m256i *)(const void *)(twice + i)));
      _mm256_storeu_si256((__m256i *)(void *)(sums + i), u);
    }
    for (uint32_t i = 0; i < batch; i++) *rgb++ += sums[i];
    left -= batch;
  }
}

#else
typedef char cgrt_no_rgb_row_avx2;
#endif
