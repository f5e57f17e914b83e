#include "strips.h"

#if CGRT_X86

#include <immintrin.h>

#include "x86.h"

/* Two's complement of `bits` bits in each byte. */
static inline CGRT_TARGET_AVX2 __m128i extend_avx2(__m128i v, __m128i sign) { return _mm_sub_epi8(_mm_xor_si128(v, sign), sign); }

/* Sixteen values, or twice as many. */
static inline CGRT_TARGET_AVX2 void unpack4_avx2(int8_t *to, __m128i v, int twice) {
  const __m128i low4 = _mm_set1_epi8(15), sign = _mm_set1_epi8(8);
  __m128i even = extend_avx2(_mm_and_si128(v, low4), sign), odd = extend_avx2(_mm_and_si128(_mm_srli_epi16(v, 4), low4), sign);
  _mm_storeu_si128((__m128i *)(void *)to, _mm_unpacklo_epi8(even, odd));
  if (twice) _mm_storeu_si128((__m128i *)(void *)(to + 16), _mm_unpackhi_epi8(even, odd));
}

/* Sixteen values of the twelve bytes from v[skip] on: three bytes to a lane of 32 bits, whose four fields then move to their bytes. */
static inline CGRT_TARGET_AVX2 void unpack6_avx2(int8_t *to, __m128i v, int skip) {
  const __m128i places = _mm_setr_epi8(0, 1, 2, -128, 3, 4, 5, -128, 6, 7, 8, -128, 9, 10, 11, -128);
  const __m128i field = _mm_set1_epi32(63), sign = _mm_set1_epi8(32);
  __m128i bits = _mm_shuffle_epi8(v, _mm_add_epi8(places, _mm_set1_epi8((char)skip)));
  __m128i f0 = _mm_and_si128(bits, field), f1 = _mm_and_si128(_mm_slli_epi32(bits, 2), _mm_slli_epi32(field, 8));
  __m128i f2 = _mm_and_si128(_mm_slli_epi32(bits, 4), _mm_slli_epi32(field, 16));
  __m128i f3 = _mm_and_si128(_mm_slli_epi32(bits, 6), _mm_slli_epi32(field, 24));
  __m128i all = _mm_or_si128(_mm_or_si128(f0, f1), _mm_or_si128(f2, f3));
  _mm_storeu_si128((__m128i *)(void *)to, extend_avx2(all, sign));
}

CGRT_TARGET_AVX2 void cgrt_unpack_avx2(int8_t *to, const uint8_t *packed, uint32_t first, uint32_t count, uint32_t bits) {
  const uint8_t *from = packed + first * bits / 8;
  uint32_t done = 0;
  if (first * bits % 8 == 0 && bits == 4) {
    for (; done + 32 <= count; done += 32) unpack4_avx2(to + done, _mm_loadu_si128((const __m128i *)(const void *)(from + done / 2)), 1);
    if (done + 16 <= count) {
      unpack4_avx2(to + done, _mm_loadl_epi64((const __m128i *)(const void *)(from + done / 2)), 0);
      done += 16;
    }
  } else if (first * bits % 8 == 0 && count >= 22) { /* the first twelve bytes are followed by four, later ones come after four */
    unpack6_avx2(to, _mm_loadu_si128((const __m128i *)(const void *)from), 0);
    for (done = 16; done + 16 <= count; done += 16) {
      unpack6_avx2(to + done, _mm_loadu_si128((const __m128i *)(const void *)(from + done * 3 / 4 - 4)), 4);
    }
  }
  cgrt_unpack_part(to + done, packed, first + done, count - done, bits);
}

#else
typedef char cgrt_no_unpack_avx2;
#endif
