/* Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon et al., 2011). A value depends on (seed, stream, index)
 * only, never on the order of the calls. */
#ifndef CGRT_RANDOM_H
#define CGRT_RANDOM_H

#include "platform.h"

enum { CGRT_STREAM_LATENT = 1, CGRT_STREAM_LABEL = 2, CGRT_STREAM_NOISE = 16 };

/* Words 2*block and 2*block + 1 of the stream. */
void cgrt_threefry(uint64_t seed, uint32_t stream, uint32_t block, uint32_t out[2]);

uint32_t cgrt_hash32(uint64_t seed, uint32_t stream, uint32_t index);

/* The upper half of the normal quantiles, from the outermost to the middle. */
extern const int16_t cgrt_upper_normal[512];

/* The normal quantile of the hash's upper ten bits, Q12: -13505..13505. Without a branch, as nothing could predict it. */
static inline int32_t cgrt_normal(uint32_t hash) {
  uint32_t k = hash >> 22;
  int32_t sign = (int32_t)(k >> 9) - 1; /* -1 in the lower half, else 0 */
  return (cgrt_upper_normal[k ^ (~(uint32_t)sign & 1023)] ^ sign) - sign;
}

int32_t cgrt_g12(uint64_t seed, uint32_t stream, uint32_t index);

/* Q12 to the 8-bit scale of 1/32. */
static inline int32_t cgrt_to_n8(int32_t q12) { return (q12 + 64) >> 7; }

#endif
