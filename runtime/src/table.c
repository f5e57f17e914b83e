#include "arith.h"
#include "demod.h"
#include "run.h"

static void producer_gains(const cgrt_run *run, uint32_t k) {
  const uint8_t *l = cgrt_record(run, cgrt_source(run, k));
  for (uint32_t c = 0; c < cgrt_cout(l); c++) run->gains[c] = (int16_t)cgrt_gain(run, l, c);
}

static uint64_t energy_of(const cgrt_run *run, const uint8_t *l, uint32_t o) {
  const uint8_t *energy = cgrt_blob(run->file, l, CGRT_ENERGY) + o * cgrt_al4(cgrt_cin(l));
  uint64_t sum = 0;
  for (uint32_t c = 0; c < cgrt_cin(l); c++) {
    uint32_t square = (uint32_t)(run->gains[c] * run->gains[c]);
    sum += (uint64_t)square * energy[c];
  }
  return sum;
}

static int32_t channel_bias(const cgrt_run *run, const uint8_t *l, const uint8_t *param, uint32_t o) {
  int32_t lim = cgrt_lim(cgrt_shift(l)), bias = cgrt_param_bias(param, cgrt_shift(l));
  if (cgrt_flags(l) & CGRT_SBIAS) {
    int32_t moved = cgrt_affine(run, l, CGRT_SBIAS_W, o);
    bias = cgrt_clamp(bias + moved * (int32_t)(1u << cgrt_sbias_up(l)), -lim, lim);
  }
  return bias;
}

static void make_channels(const cgrt_run *run, uint32_t k, cgrt_channel *table) {
  const uint8_t *l = cgrt_record(run, k), *params = cgrt_blob(run->file, l, CGRT_PARAMS);
  uint32_t demod = cgrt_flags(l) & CGRT_DEMOD;
  if (demod) producer_gains(run, k);
  for (uint32_t o = 0; o < cgrt_cout(l); o++, params += 8, table++) {
    int32_t q = cgrt_gained(cgrt_param_mult(params), cgrt_gain(run, l, o));
    if (demod) q = cgrt_demodulated(q, energy_of(run, l, o));
    table->bias = channel_bias(run, l, params, o);
    table->up = q;
    table->down = cgrt_sloped(q, cgrt_slope(l));
  }
}

/* Once per picture, so that toRGB can have a style of its own without a second copy of the map. */
static void fold_weights(const cgrt_run *run, const uint8_t *l, int16_t *table) {
  uint32_t cin = cgrt_cin(l), pitch = cgrt_filter_bytes(l);
  const int8_t *weights = (const int8_t *)cgrt_blob(run->file, l, CGRT_WEIGHTS);
  for (uint32_t c = 0; c < cin; c++) {
    int32_t gain = cgrt_gain(run, l, c);
    for (uint32_t r = 0; r < cgrt_cout(l); r++) table[r * cin + c] = (int16_t)cgrt_folded(weights[r * pitch + c], gain);
  }
}

void cgrt_make_table(const cgrt_run *run, uint32_t k) {
  const uint8_t *l = cgrt_record(run, k);
  void *table = cgrt_table(run, k);
  if (cgrt_type(l) == CGRT_TORGB) fold_weights(run, l, (int16_t *)table);
  else make_channels(run, k, (cgrt_channel *)table);
}
