/* The fixed-point arithmetic that decides bytes: clamps and the one requantisation. */
#ifndef CGRT_ARITH_H
#define CGRT_ARITH_H

#include "platform.h"

#define CGRT_Q 1073741823   /* multipliers are Q31 within +-Q, so |u * q| stays below 2^61 */
#define CGRT_UNIT 4096      /* 1.0 in Q12 */
#define CGRT_LINEAR 16384   /* slope 1, Q14 */
#define CGRT_RGB_MAX 4194303 /* bound of one level's contribution to the RGB sum */

static inline int32_t cgrt_clamp(int32_t v, int32_t lo, int32_t hi) { return v < lo ? lo : v > hi ? hi : v; }

static inline int32_t cgrt_clampq(int32_t v) { return cgrt_clamp(v, -CGRT_Q, CGRT_Q); }
static inline int32_t cgrt_sat8(int32_t v) { return cgrt_clamp(v, -127, 127); }
static inline int32_t cgrt_sat16(int32_t v) { return cgrt_clamp(v, -32767, 32767); }

/* The bound of biases and sums so that three of them, times 2^shift, stay below 2^31. */
static inline int32_t cgrt_lim(uint32_t shift) { return (int32_t)(1u << 29 >> shift); }

/* u * 2^shift * q / 2^31, rounded half up. |u * 2^shift| < 2^31. */
static inline int32_t cgrt_rq(int32_t u, int32_t q, uint32_t shift) {
  int64_t product = (int64_t)(u * (int32_t)(1u << shift)) * q;
  return (int32_t)((product + (1 << 30)) >> 31);
}

/* The multiplier q times a Q16 factor, rounded half up and clamped. */
int32_t cgrt_scaled(int32_t q, int32_t factor);

/* q after a gain in Q12, and q for negative sums with a slope in Q14. */
static inline int32_t cgrt_gained(int32_t q, int32_t gain) { return cgrt_scaled(q, gain * 16); }
static inline int32_t cgrt_sloped(int32_t q, int32_t slope) { return cgrt_scaled(q, slope * 4); }

/* The two numbers of a row of parameters, with the clamps that make any contents safe. */
int32_t cgrt_param_bias(const uint8_t *param, uint32_t shift);
int32_t cgrt_param_mult(const uint8_t *param);

/* Moves v towards the centre c: psi in Q8, 256 leaves it. */
static inline int32_t cgrt_truncate(int32_t c, int32_t v, int32_t psi) { return c + (((v - c) * psi + 128) >> 8); }

/* A toRGB weight with its channel's gain folded in: 16 times the stored one at gain 1. */
static inline int32_t cgrt_folded(int32_t weight, int32_t gain) { return (weight * gain + 128) >> 8; }

#endif
