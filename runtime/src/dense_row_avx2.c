#include "kernels.h"

#if CGRT_X86

#include <immintrin.h>

#include "x86.h"

CGRT_TARGET_AVX2 int32_t cgrt_dense_row_avx2(const int8_t *weights, const int8_t *values, uint32_t n) {
  __m256i sum = _mm256_setzero_si256();
  __m128i half;
  int32_t rest = 0;
  uint32_t i = 0;
  for (; i + 16 <= n; i += 16) {
    __m256i w = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(weights + i)));
    __m256i v = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(values + i)));
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(w, v));
  }
  for (; i < n; i++) rest += weights[i] * values[i];
  half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1));
  return rest + _mm_cvtsi128_si32(half);
}

#else
typedef char cgrt_no_dense_row_avx2;
#endif
