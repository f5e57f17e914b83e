#include "arith.h"
#include "kernels.h"

void cgrt_epilogue_row(int8_t *out, const int32_t *sums, const cgrt_epilogue *e) {
  uint32_t width = e->width, stride = e->stride, shift = e->shift;
  cgrt_channel channel = e->channel;
  for (uint32_t x = 0; x < width; x++) {
    int32_t u = sums[x] + channel.bias;
    if (e->noise) u += e->strength * e->noise[x];
    out[x * stride] = (int8_t)cgrt_sat8(cgrt_rq(u, u >= 0 ? channel.up : channel.down, shift));
  }
}
