#include "arith.h"
#include "kernels.h"

void cgrt_epilogue_row(const cgrt_target *t, uint32_t o) {
  cgrt_channel channel = t->channels[o];
  const int32_t *sums = t->sums;
  const int8_t *noise = t->noise;
  uint32_t width = t->width, cout = t->cout, shift = t->shift;
  int32_t strength = cgrt_strength(t, o);
  int8_t *out = t->out + o;
  for (uint32_t x = 0; x < width; x++, out += cout) {
    int32_t u = *sums++ + channel.bias;
    if (noise) u += strength * *noise++;
    *out = (int8_t)cgrt_sat8(cgrt_rq(u, u >= 0 ? channel.up : channel.down, shift));
  }
}
