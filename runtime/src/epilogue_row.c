#include "arith.h"
#include "kernels.h"

void cgrt_epilogue_row(int8_t *out, uint32_t stride, const int32_t *sums, uint32_t width, const cgrt_epilogue *e) {
  for (uint32_t x = 0; x < width; x++) {
    int32_t u = sums[x] + e->channel.bias;
    if (e->noise) u += e->strength * e->noise[x];
    out[x * stride] = (int8_t)cgrt_sat8(cgrt_rq(u, u >= 0 ? e->channel.up : e->channel.down, e->shift));
  }
}
