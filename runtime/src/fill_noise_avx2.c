#include "kernels.h"

#if CGRT_X86

#include <immintrin.h>

#include "random.h"
#include "x86.h"

static inline CGRT_TARGET_AVX2 __m256i rotl_avx2(__m256i v, int n) {
  return _mm256_or_si256(_mm256_slli_epi32(v, n), _mm256_srli_epi32(v, 32 - n));
}

/* Eight blocks of cgrt_threefry: the 16 words of the stream from 2 * block on. */
static CGRT_TARGET_AVX2 void threefry_avx2(uint64_t seed, uint32_t stream, uint32_t block, uint32_t out[16]) {
  static const int turn[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32), key[3] = {k0, k1, 0x1BD11BDAu ^ k0 ^ k1};
  __m256i x0 = _mm256_add_epi32(_mm256_set1_epi32((int)(block + k0)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  __m256i x1 = _mm256_set1_epi32((int)(stream + k1)), low, high;
  CGRT_UNROLL(20)
  for (uint32_t round = 0; round < 20; round++) {
    x0 = _mm256_add_epi32(x0, x1);
    x1 = _mm256_xor_si256(rotl_avx2(x1, turn[round % 8]), x0);
    if (round % 4 == 3) {
      uint32_t j = (round + 1) / 4;
      x0 = _mm256_add_epi32(x0, _mm256_set1_epi32((int)key[j % 3]));
      x1 = _mm256_add_epi32(x1, _mm256_set1_epi32((int)(key[(j + 1) % 3] + j)));
    }
  }
  low = _mm256_unpacklo_epi32(x0, x1);
  high = _mm256_unpackhi_epi32(x0, x1);
  _mm256_storeu_si256((__m256i *)(void *)out, _mm256_permute2x128_si256(low, high, 0x20));
  _mm256_storeu_si256((__m256i *)(void *)(out + 8), _mm256_permute2x128_si256(low, high, 0x31));
}

void cgrt_fill_noise_avx2(int8_t *noise, uint64_t seed, uint32_t stream, uint32_t index, uint32_t width) {
  uint32_t words[16], at = index % 2;
  for (uint32_t x = 0; x < width; at = 0) {
    threefry_avx2(seed, stream, (index + x) / 2, words);
    for (; at < 16 && x < width; at++, x++) noise[x] = (int8_t)cgrt_to_n8(cgrt_normal(words[at]));
  }
}

#else
typedef char cgrt_no_fill_noise_avx2;
#endif
