#include "kernels.h"

#if CGRT_X86

#include <immintrin.h>

#include "x86.h"

static inline CGRT_TARGET_AVX2 __m256i words_avx2(const int8_t *from) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)from));
}

static inline CGRT_TARGET_AVX2 __m256i add_words_avx2(__m256i sum, __m256i values, const int8_t *weights) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(values, words_avx2(weights)));
}

/* Four inner products. */
static inline CGRT_TARGET_AVX2 void dense4_avx2(int32_t *sums, const int8_t *weights, uint32_t pitch, const int8_t *values, uint32_t n) {
  const int8_t *row1 = weights + pitch, *row2 = row1 + pitch, *row3 = row2 + pitch;
  __m256i s0 = _mm256_setzero_si256(), s1 = s0, s2 = s0, s3 = s0;
  uint32_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const __m256i v = words_avx2(values + i);
    s0 = add_words_avx2(s0, v, weights + i);
    s1 = add_words_avx2(s1, v, row1 + i);
    s2 = add_words_avx2(s2, v, row2 + i);
    s3 = add_words_avx2(s3, v, row3 + i);
  }
  s0 = _mm256_hadd_epi32(_mm256_hadd_epi32(s0, s1), _mm256_hadd_epi32(s2, s3));
  _mm_storeu_si128((__m128i *)(void *)sums, _mm_add_epi32(_mm256_castsi256_si128(s0), _mm256_extracti128_si256(s0, 1)));
  for (; i < n; i++) {
    sums[0] += weights[i] * values[i];
    sums[1] += row1[i] * values[i];
    sums[2] += row2[i] * values[i];
    sums[3] += row3[i] * values[i];
  }
}

CGRT_TARGET_AVX2 void cgrt_dense_rows_avx2(int32_t *sums, const int8_t *weights, uint32_t pitch, uint32_t count, const int8_t *values,
                                           uint32_t n) {
  uint32_t i = 0;
  for (; i + 4 <= count; i += 4) dense4_avx2(sums + i, weights + i * pitch, pitch, values, n);
  for (; i < count; i++) sums[i] = cgrt_dense_row_avx2(weights + i * pitch, values, n);
}

#else
typedef char cgrt_no_dense_rows_avx2;
#endif
