#include "kernels.h"
#include "random.h"

#if CGRT_CORTEX_M

/* cgrt_threefry without loops: a round is two instructions, since a rotation costs nothing. */
#define M_ROUND(turn)    \
  do {                   \
    x0 += x1;            \
    x1 = (x1 << (turn) | x1 >> (32 - (turn))) ^ x0; \
  } while (0)
#define M_ROUNDS(a, b, c, d, key0, key1, count) \
  do {                                          \
    M_ROUND(a);                                 \
    M_ROUND(b);                                 \
    M_ROUND(c);                                 \
    M_ROUND(d);                                 \
    x0 += (key0);                               \
    x1 += (key1) + (count);                     \
  } while (0)

static void m_block(uint32_t out[2], uint32_t k0, uint32_t k1, uint32_t x0, uint32_t x1) {
  uint32_t k2 = 0x1BD11BDAu ^ k0 ^ k1;
  x0 += k0;
  x1 += k1;
  M_ROUNDS(13, 15, 26, 6, k1, k2, 1u);
  M_ROUNDS(17, 29, 16, 24, k2, k0, 2u);
  M_ROUNDS(13, 15, 26, 6, k0, k1, 3u);
  M_ROUNDS(17, 29, 16, 24, k1, k2, 4u);
  M_ROUNDS(13, 15, 26, 6, k2, k0, 5u);
  out[0] = x0;
  out[1] = x1;
}

void cgrt_fill_noise_m(int8_t *noise, uint64_t seed, uint32_t stream, uint32_t index, uint32_t width) {
  uint32_t pair[2] = {0, 0};
  for (uint32_t x = 0; x < width; x++, index++) { /* one block holds two values */
    if (x == 0 || index % 2 == 0) m_block(pair, (uint32_t)seed, (uint32_t)(seed >> 32), index / 2, stream);
    noise[x] = (int8_t)cgrt_to_n8(cgrt_normal(pair[index % 2]));
  }
}

#else
typedef int cgrt_no_cortex_m_noise; /* ISO C wants a declaration in every file */
#endif
