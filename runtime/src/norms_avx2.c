#include "lanes_avx2.h"

#if CGRT_X86

/* A square has 30 bits: maddwd takes both halves of 15. 64 steps stay within the 32 bits of a lane, the sum of lanes does not. */
typedef struct cgrt_energy_sums {
  __m256i low, high;
} cgrt_energy_sums;

/* The next sixteen energies, zeros behind the last. */
static inline CGRT_TARGET_AVX2 __m256i energies16_avx2(const uint8_t *from, uint32_t left) {
  int8_t part[16] = {0};
  if (left >= 16) return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)from));
  copy_part_avx2(part, (const int8_t *)from, left);
  return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)part));
}

static inline CGRT_TARGET_AVX2 __m256i gains16_avx2(const int16_t *from, uint32_t left) {
  int16_t part[16] = {0};
  if (left >= 16) return load_avx2(from);
  for (uint32_t i = 0; i < left; i++) part[i] = from[i];
  return load_avx2(part);
}

static inline CGRT_TARGET_AVX2 uint64_t energy_avx2(cgrt_energy_sums s) {
  const __m256i word = _mm256_set1_epi64x(0xFFFFFFFF);
  __m256i low = _mm256_add_epi64(_mm256_and_si256(s.low, word), _mm256_srli_epi64(s.low, 32));
  __m256i high = _mm256_add_epi64(_mm256_and_si256(s.high, word), _mm256_srli_epi64(s.high, 32));
  __m256i all = _mm256_add_epi64(low, _mm256_slli_epi64(high, 15));
  __m128i half = _mm_add_epi64(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
  return (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(half, _mm_unpackhi_epi64(half, half)));
}

/* Four rows, of which there are `left`. */
static CGRT_TARGET_AVX2 void energies4_avx2(uint64_t *sums, const uint8_t *energies, uint32_t pitch, uint32_t left, const int16_t *gains,
                                            uint32_t n) {
  cgrt_energy_sums s[4];
  CGRT_UNROLL(4)
  for (int r = 0; r < 4; r++) s[r].low = s[r].high = _mm256_setzero_si256();
  for (uint32_t i = 0; i < n; i += 16) {
    const __m256i g = gains16_avx2(gains + i, n - i), bottom = _mm256_mullo_epi16(g, g), top = _mm256_mulhi_epi16(g, g);
    const __m256i low = _mm256_and_si256(bottom, _mm256_set1_epi16(0x7FFF));
    const __m256i high = _mm256_or_si256(_mm256_slli_epi16(top, 1), _mm256_srli_epi16(bottom, 15));
    CGRT_UNROLL(4)
    for (uint32_t r = 0; r < 4; r++) {
      __m256i e = energies16_avx2(energies + (r < left ? r : 0) * pitch + i, n - i);
      s[r].low = _mm256_add_epi32(s[r].low, _mm256_madd_epi16(low, e));
      s[r].high = _mm256_add_epi32(s[r].high, _mm256_madd_epi16(high, e));
    }
  }
  CGRT_UNROLL(4)
  for (uint32_t r = 0; r < 4; r++) {
    if (r < left) sums[r] = energy_avx2(s[r]);
  }
}

/* Sixteen square roots as cgrt_isqrt has them, side by side. */
static CGRT_TARGET_AVX2 void roots_avx2(uint64_t *n) {
  __m256i root[4], square[4];
  CGRT_UNROLL(4)
  for (int i = 0; i < 4; i++) {
    root[i] = _mm256_setzero_si256();
    square[i] = _mm256_add_epi64(_mm256_srli_epi64(load_avx2(n + 4 * i), 8), _mm256_set1_epi64x(1));
  }
  for (uint32_t bit = 1u << 20; bit != 0; bit >>= 1) {
    const __m256i bits = _mm256_set1_epi64x(bit);
    CGRT_UNROLL(4)
    for (int i = 0; i < 4; i++) {
      __m256i trial = _mm256_or_si256(root[i], bits);
      root[i] = _mm256_or_si256(root[i], _mm256_andnot_si256(_mm256_cmpgt_epi64(_mm256_mul_epu32(trial, trial), square[i]), bits));
    }
  }
  CGRT_UNROLL(4)
  for (int i = 0; i < 4; i++) store_avx2(n + 4 * i, root[i]);
}

CGRT_TARGET_AVX2 void cgrt_norms_avx2(uint32_t *norms, const uint8_t *energies, uint32_t pitch, uint32_t count, const int16_t *gains,
                                      uint32_t n) {
  uint64_t sums[16] = {0};
  for (uint32_t first = 0; first < count; first += 16) {
    uint32_t rows = cgrt_min(count - first, 16);
    const uint8_t *from = energies + first * pitch;
    for (uint32_t i = 0; i < rows; i += 4) energies4_avx2(sums + i, from + i * pitch, pitch, rows - i, gains, n);
    roots_avx2(sums);
    for (uint32_t i = 0; i < rows; i++) norms[first + i] = (uint32_t)sums[i];
  }
}

#else
typedef char cgrt_no_norms_avx2;
#endif
