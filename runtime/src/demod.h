/* Demodulation: the multiplier divided by the root of an energy. */
#ifndef CGRT_DEMOD_H
#define CGRT_DEMOD_H

#include "platform.h"

/* floor(sqrt(n)) for n < 2^42. */
uint32_t cgrt_isqrt(uint64_t n);

/* Squared Q12 gains, within +-32767, times 8-bit energies. */
static inline uint64_t cgrt_energy(const int16_t *gains, const uint8_t *energies, uint32_t n) {
  uint64_t sum = 0;
  for (uint32_t c = 0; c < n; c++) {
    uint32_t square = (uint32_t)(gains[c] * gains[c]);
    sum += (uint64_t)square * energies[c];
  }
  return sum;
}

/* q scaled by 2^15 / norm. */
int32_t cgrt_normed(int32_t q, uint32_t norm);

/* q scaled by 2^15 / isqrt(energy / 256 + 1); energy is the sum of squared Q12 gains times 8-bit energies, below 2^48. */
int32_t cgrt_demodulated(int32_t q, uint64_t energy);

#endif
