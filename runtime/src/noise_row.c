#include "random.h"
#include "run.h"

const int8_t *cgrt_noise_row(const cgrt_run *run, uint32_t k, uint32_t y) {
  const uint8_t *l = cgrt_record(run, k);
  uint32_t width = cgrt_width(run->file, cgrt_level(l)), index = y * width, pair[2] = {0, 0};
  uint64_t seed = run->options->noise == CGRT_NOISE_FIXED ? cgrt_noise_seed(run->file) : run->seed;
  int8_t *noise = (int8_t *)run->row;
  if (!(cgrt_flags(l) & CGRT_NOISE) || run->options->noise == CGRT_NOISE_OFF) return 0;
  for (uint32_t x = 0; x < width; x++, index++) { /* one block holds two values */
    if (x == 0 || index % 2 == 0) cgrt_threefry(seed, CGRT_STREAM_NOISE + k, index / 2, pair);
    noise[x] = (int8_t)cgrt_to_n8(cgrt_normal(pair[index % 2]));
  }
  return noise;
}
