#include "sums.h"

/* Channel by channel: the sums of the whole row, then the epilogue, so that a packed filter is unpacked once a row. */
void cgrt_feature_row(const cgrt_run *run, uint32_t k, const cgrt_channel *table, uint32_t y) {
  const uint8_t *l = cgrt_record(run, k), *strength = cgrt_blob(run->file, l, CGRT_STRENGTH);
  int8_t *out = (int8_t *)cgrt_stage_row(run, k, y);
  cgrt_window window;
  cgrt_epilogue e;
  e.noise = cgrt_noise_row(run, k, y);
  e.strength = 0;
  e.shift = cgrt_shift(l);
  e.width = cgrt_width(run->file, cgrt_level(l));
  e.stride = cgrt_cout(l);
  if (cgrt_is_conv(l)) cgrt_open_window(&window, run, k, y);
  for (uint32_t o = 0; o < e.stride; o++) {
    e.channel = table[o];
    if (e.noise) e.strength = cgrt_i16(strength + 2 * o);
    if (cgrt_is_conv(l)) cgrt_conv_sums(run, l, &window, y, o);
    else cgrt_start_sums(run, l, y, o);
    cgrt_epilogue_row(out + o, run->sums, &e);
  }
}
