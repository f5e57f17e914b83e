#include "kernels.h"

#if CGRT_X86

#include <immintrin.h>

#include "x86.h"

/* Four inner products, of the rows of which there are `left`. dpbusd takes weight + 128 and the value; 128 times the values' sum is taken
 * off again. */
static inline CGRT_TARGET_VNNI __m128i dense4_vnni(const int8_t *weights, uint32_t pitch, uint32_t left, const int8_t *values, uint32_t n) {
  const __m512i offset = _mm512_set1_epi8(-128);
  const int8_t *row1 = weights + (left > 1 ? pitch : 0), *row2 = left > 2 ? row1 + pitch : row1, *row3 = left > 3 ? row2 + pitch : row2;
  __m512i s0 = _mm512_setzero_si512(), s1 = s0, s2 = s0, s3 = s0, moved = s0;
  __m256i half;
  for (uint32_t i = 0; i < n; i += 64) {
    const __mmask64 mask = n - i < 64 ? (1ull << (n - i)) - 1 : ~0ull;
    const __m512i v = _mm512_maskz_loadu_epi8(mask, values + i);
    moved = _mm512_dpbusd_epi32(moved, offset, v);
    s0 = _mm512_dpbusd_epi32(s0, _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, weights + i), offset), v);
    s1 = _mm512_dpbusd_epi32(s1, _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, row1 + i), offset), v);
    s2 = _mm512_dpbusd_epi32(s2, _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, row2 + i), offset), v);
    s3 = _mm512_dpbusd_epi32(s3, _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, row3 + i), offset), v);
  }
  s0 = _mm512_sub_epi32(s0, moved);
  s1 = _mm512_sub_epi32(s1, moved);
  s2 = _mm512_sub_epi32(s2, moved);
  s3 = _mm512_sub_epi32(s3, moved);
  s0 = _mm512_add_epi32(_mm512_unpacklo_epi32(s0, s1), _mm512_unpackhi_epi32(s0, s1));
  s2 = _mm512_add_epi32(_mm512_unpacklo_epi32(s2, s3), _mm512_unpackhi_epi32(s2, s3));
  s0 = _mm512_add_epi32(_mm512_unpacklo_epi64(s0, s2), _mm512_unpackhi_epi64(s0, s2));
  half = _mm256_add_epi32(_mm512_castsi512_si256(s0), _mm512_extracti64x4_epi64(s0, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

CGRT_TARGET_VNNI void cgrt_dense_rows_vnni(int32_t *sums, const int8_t *weights, uint32_t pitch, uint32_t count, const int8_t *values,
                                           uint32_t n) {
  for (uint32_t i = 0; i < count; i += 4) {
    uint32_t left = cgrt_min(count - i, 4);
    _mm_mask_storeu_epi32(sums + i, (__mmask8)((1u << left) - 1), dense4_vnni(weights + i * pitch, pitch, left, values, n));
  }
}

#else
typedef char cgrt_no_dense_rows_vnni;
#endif
