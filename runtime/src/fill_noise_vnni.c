#include "kernels.h"

#if CGRT_X86

#include <immintrin.h>

#include "random.h"
#include "x86.h"

/* Sixteen blocks of cgrt_threefry: the 32 words of the stream from 2 * block on. */
static CGRT_TARGET_VNNI void threefry_vnni(uint64_t seed, uint32_t stream, uint32_t block, uint32_t out[32]) {
  static const int turn[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  const __m512i count = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32), key[3] = {k0, k1, 0x1BD11BDAu ^ k0 ^ k1};
  __m512i x0 = _mm512_add_epi32(_mm512_set1_epi32((int)(block + k0)), count), x1 = _mm512_set1_epi32((int)(stream + k1));
  CGRT_UNROLL(20)
  for (uint32_t round = 0; round < 20; round++) {
    x0 = _mm512_add_epi32(x0, x1);
    x1 = _mm512_xor_si512(_mm512_rolv_epi32(x1, _mm512_set1_epi32(turn[round % 8])), x0);
    if (round % 4 == 3) {
      uint32_t j = (round + 1) / 4;
      x0 = _mm512_add_epi32(x0, _mm512_set1_epi32((int)key[j % 3]));
      x1 = _mm512_add_epi32(x1, _mm512_set1_epi32((int)(key[(j + 1) % 3] + j)));
    }
  }
  _mm512_storeu_si512(out, _mm512_permutex2var_epi32(x0, first, x1));
  _mm512_storeu_si512(out + 16, _mm512_permutex2var_epi32(x0, _mm512_add_epi32(first, _mm512_set1_epi32(8)), x1));
}

void cgrt_fill_noise_vnni(int8_t *noise, uint64_t seed, uint32_t stream, uint32_t index, uint32_t width) {
  uint32_t words[32], at = index % 2;
  for (uint32_t x = 0; x < width; at = 0) {
    threefry_vnni(seed, stream, (index + x) / 2, words);
    for (; at < 32 && x < width; at++, x++) noise[x] = (int8_t)cgrt_to_n8(cgrt_normal(words[at]));
  }
}

#else
typedef char cgrt_no_fill_noise_vnni;
#endif
