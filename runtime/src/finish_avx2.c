#include "lanes_avx2.h"

#if CGRT_X86

/* Eight of the lanes: the requantisation of even and of odd lanes in 64 bits, then saturation. */
static inline CGRT_TARGET_AVX2 __m256i finish_half_avx2(const cgrt_finish *f, uint32_t p, uint32_t lane) {
  const __m256i half = _mm256_set1_epi64x(1ll << 31);
  __m256i u = _mm256_add_epi32(load_avx2(f->sums[0] + 16 * p + lane), load_avx2(f->bias + lane)), q, even, odd;
  if (f->sums[1]) {
    u = _mm256_add_epi32(u, load_avx2(f->sums[1] + 16 * p + lane));
    u = _mm256_add_epi32(u, load_avx2(f->sums[2] + 16 * p + lane));
  }
  if (f->noise) {
    __m256i noise = _mm256_set1_epi32(f->noise[p * f->noise_pitch]);
    u = _mm256_add_epi32(u, _mm256_mullo_epi32(load_avx2(f->strength + lane), noise));
  }
  q = _mm256_blendv_epi8(load_avx2(f->up + lane), load_avx2(f->down + lane), _mm256_srai_epi32(u, 31));
  u = _mm256_sll_epi32(u, _mm_cvtsi32_si128((int)f->shift));
  even = _mm256_add_epi64(_mm256_mul_epi32(u, q), half);
  odd = _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(u, 32), _mm256_srli_epi64(q, 32)), half);
  u = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
  return _mm256_min_epi32(_mm256_max_epi32(u, _mm256_set1_epi32(-127)), _mm256_set1_epi32(127));
}

CGRT_TARGET_AVX2 void cgrt_finish_avx2(const cgrt_finish *f) {
  for (uint32_t p = 0; p < f->pixels; p++) {
    __m256i v = _mm256_packs_epi32(finish_half_avx2(f, p, 0), finish_half_avx2(f, p, 8));
    __m128i bytes;
    int8_t *out = f->out + p * f->out_pitch, part[16];
    v = _mm256_permute4x64_epi64(v, 0xD8);
    bytes = _mm_packs_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    if (f->lanes == 16) {
      _mm_storeu_si128((__m128i *)(void *)out, bytes);
    } else {
      _mm_storeu_si128((__m128i *)(void *)part, bytes);
      for (uint32_t i = 0; i < f->lanes; i++) out[i] = part[i];
    }
  }
}

#else
typedef char cgrt_no_finish_avx2;
#endif
