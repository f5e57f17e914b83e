#include "kernels.h"

#if CGRT_X86

#include <immintrin.h>

#include "arith.h"
#include "x86.h"

/* Tables of sixteen channels at once, with the numbers of arith.h. */

static inline CGRT_TARGET_VNNI __m512i clamp_vnni(__m512i v, int32_t bound) {
  return _mm512_min_epi32(_mm512_max_epi32(v, _mm512_set1_epi32(-bound)), _mm512_set1_epi32(bound));
}

/* Even lanes of both, whose odd ones have been moved there, back in their places. */
static inline CGRT_TARGET_VNNI __m512i joined_vnni(__m512i even, __m512i odd) {
  return _mm512_mask_mov_epi32(even, 0xAAAA, _mm512_slli_epi64(odd, 32));
}

/* cgrt_scaled. */
static inline CGRT_TARGET_VNNI __m512i scaled_even_vnni(__m512i q, __m512i factor) {
  const __m512i bound = _mm512_set1_epi64(CGRT_Q);
  __m512i v = _mm512_srai_epi64(_mm512_add_epi64(_mm512_mul_epi32(q, factor), _mm512_set1_epi64(32768)), 16);
  return _mm512_min_epi64(_mm512_max_epi64(v, _mm512_sub_epi64(_mm512_setzero_si512(), bound)), bound);
}

static inline CGRT_TARGET_VNNI __m512i scaled_vnni(__m512i q, __m512i factor) {
  __m512i odd = scaled_even_vnni(_mm512_srli_epi64(q, 32), _mm512_srli_epi64(factor, 32));
  return joined_vnni(scaled_even_vnni(q, factor), odd);
}

/* cgrt_rq of u, shifted already. */
static inline CGRT_TARGET_VNNI __m512i rq_even_vnni(__m512i u, __m512i q) {
  return _mm512_srai_epi64(_mm512_add_epi64(_mm512_mul_epi32(u, q), _mm512_set1_epi64(1 << 30)), 31);
}

/* Biases and multipliers of so many rows of parameters. */
static inline CGRT_TARGET_VNNI void params_vnni(__m512i *bias, __m512i *mult, const uint8_t *params, uint32_t rows, uint32_t shift) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const uint32_t lanes = rows < 16 ? (1u << 2 * rows) - 1 : 0xFFFFFFFF;
  __m512i low = _mm512_maskz_loadu_epi32((__mmask16)lanes, params), high = _mm512_maskz_loadu_epi32((__mmask16)(lanes >> 16), params + 64);
  *bias = clamp_vnni(_mm512_permutex2var_epi32(low, even, high), cgrt_lim(shift));
  *mult = clamp_vnni(_mm512_permutex2var_epi32(low, _mm512_add_epi32(even, _mm512_set1_epi32(1)), high), CGRT_Q);
}

CGRT_TARGET_VNNI void cgrt_dense_values_vnni(int32_t *values, uint32_t count, const uint8_t *params, uint32_t shift, int32_t slope) {
  const __m512i slopes = _mm512_set1_epi32(4 * slope);
  for (uint32_t i = 0; i < count; i += 16) {
    const uint32_t rows = cgrt_min(count - i, 16);
    const __mmask16 lanes = (__mmask16)((1u << rows) - 1);
    __m512i bias, q, u;
    params_vnni(&bias, &q, params + 8 * i, rows, shift);
    u = _mm512_add_epi32(_mm512_maskz_loadu_epi32(lanes, values + i), bias);
    q = _mm512_mask_mov_epi32(q, _mm512_cmplt_epi32_mask(u, _mm512_setzero_si512()), scaled_vnni(q, slopes));
    u = _mm512_sll_epi32(u, _mm_cvtsi32_si128((int)shift));
    u = joined_vnni(rq_even_vnni(u, q), rq_even_vnni(_mm512_srli_epi64(u, 32), _mm512_srli_epi64(q, 32)));
    _mm512_mask_storeu_epi32(values + i, lanes, u);
  }
}

static inline CGRT_TARGET_VNNI void channels16_vnni(cgrt_channel *to, uint32_t count, const uint8_t *params, const cgrt_styled *s,
                                                    uint32_t first, const uint8_t *l) {
  const uint32_t shift = cgrt_shift(l);
  int32_t factors[16] = {0}, out[3][16];
  __m512i bias, q;
  params_vnni(&bias, &q, params + 8 * first, count, shift);
  q = scaled_vnni(q, _mm512_slli_epi32(_mm512_loadu_si512(s->gain + first), 4));
  if (cgrt_flags(l) & CGRT_DEMOD) {
    for (uint32_t i = 0; i < count; i++) factors[i] = (int32_t)((uint32_t)INT32_MAX / s->norm[first + i]);
    q = scaled_vnni(q, _mm512_loadu_si512(factors));
  }
  if (cgrt_flags(l) & CGRT_SBIAS) {
    __m512i moved = _mm512_sll_epi32(_mm512_loadu_si512(s->moved + first), _mm_cvtsi32_si128((int)cgrt_sbias_up(l)));
    bias = clamp_vnni(_mm512_add_epi32(bias, moved), cgrt_lim(shift));
  }
  _mm512_storeu_si512(out[0], bias);
  _mm512_storeu_si512(out[1], q);
  _mm512_storeu_si512(out[2], scaled_vnni(q, _mm512_set1_epi32(4 * cgrt_slope(l))));
  for (uint32_t i = 0; i < count; i++) to[i] = (cgrt_channel){out[0][i], out[1][i], out[2][i]};
}

CGRT_TARGET_VNNI void cgrt_channels_vnni(cgrt_channel *to, uint32_t count, const uint8_t *params, const cgrt_styled *styled,
                                         const uint8_t *l) {
  for (uint32_t i = 0; i < count; i += 16) channels16_vnni(to + i, cgrt_min(count - i, 16), params, styled, i, l);
}

#else
typedef char cgrt_no_tables_vnni;
#endif
