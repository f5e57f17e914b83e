/* Demodulation: the multiplier divided by the root of an energy. */
#ifndef CGRT_DEMOD_H
#define CGRT_DEMOD_H

#include "platform.h"

/* floor(sqrt(n)) for n < 2^42. */
uint32_t cgrt_isqrt(uint64_t n);

/* q scaled by 2^15 / isqrt(energy / 256 + 1); energy is the sum of squared Q12 gains times 8-bit energies, below 2^48. */
int32_t cgrt_demodulated(int32_t q, uint64_t energy);

#endif
