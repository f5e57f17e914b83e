#include "kernels.h"
#include "random.h"

void cgrt_fill_noise_c(int8_t *noise, uint64_t seed, uint32_t stream, uint32_t index, uint32_t width) {
  uint32_t pair[2], known = 0; /* one block holds two values */
  for (const int8_t *past = noise + width; noise < past; index++, known = index % 2) {
    if (!known) cgrt_threefry(seed, stream, index / 2, pair);
    *noise++ = (int8_t)cgrt_to_n8(cgrt_normal(pair[index % 2]));
  }
}
