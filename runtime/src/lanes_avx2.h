/* What the sets with vectors of 256 bits share: 16 lanes are two vectors. */
#ifndef CGRT_LANES_AVX2_H
#define CGRT_LANES_AVX2_H

#include "strips.h"

#if CGRT_X86

#include <immintrin.h>

#include "x86.h"

static inline CGRT_TARGET_AVX2 __m256i load_avx2(const void *from) { return _mm256_loadu_si256((const __m256i *)from); }
static inline CGRT_TARGET_AVX2 void store_avx2(void *to, __m256i v) { _mm256_storeu_si256((__m256i *)to, v); }

/* Fewer than 32 bytes, in pieces that are single moves. */
static inline void copy_part_avx2(int8_t *to, const int8_t *from, uint32_t count) {
  uint32_t at = 0;
  if (count & 16) __builtin_memcpy(to, from, 16), at = 16;
  if (count & 8) __builtin_memcpy(to + at, from + at, 8), at += 8;
  if (count & 4) __builtin_memcpy(to + at, from + at, 4), at += 4;
  for (; at < count; at++) to[at] = from[at];
}

/* Columns of 32 bits of eight rows. */
static inline CGRT_TARGET_AVX2 void transpose_avx2(__m256i *column, const __m256i *row) {
  __m256i pair[8], quad[8];
  CGRT_UNROLL(4)
  for (int i = 0; i < 8; i += 2) {
    pair[i] = _mm256_unpacklo_epi32(row[i], row[i + 1]);
    pair[i + 1] = _mm256_unpackhi_epi32(row[i], row[i + 1]);
  }
  CGRT_UNROLL(2)
  for (int i = 0; i < 8; i += 4) {
    quad[i] = _mm256_unpacklo_epi64(pair[i], pair[i + 2]);
    quad[i + 1] = _mm256_unpackhi_epi64(pair[i], pair[i + 2]);
    quad[i + 2] = _mm256_unpacklo_epi64(pair[i + 1], pair[i + 3]);
    quad[i + 3] = _mm256_unpackhi_epi64(pair[i + 1], pair[i + 3]);
  }
  CGRT_UNROLL(4)
  for (int i = 0; i < 4; i++) {
    column[i] = _mm256_permute2x128_si256(quad[i], quad[4 + i], 0x20);
    column[4 + i] = _mm256_permute2x128_si256(quad[i], quad[4 + i], 0x31);
  }
}

#endif

#endif
