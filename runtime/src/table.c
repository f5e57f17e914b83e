#include "arith.h"
#include "demod.h"
#include "kernels.h"

/* What the style says about a channel: its gain, how far its bias moves, its norm. */
typedef struct channel_style {
  int32_t gain, moved;
  uint32_t norm;
} channel_style;

static void make_channel(const uint8_t *l, const uint8_t *param, const channel_style *style, cgrt_channel *to) {
  int32_t lim = cgrt_lim(cgrt_shift(l)), q = cgrt_gained(cgrt_param_mult(param), style->gain);
  to->bias = cgrt_param_bias(param, cgrt_shift(l));
  if (cgrt_flags(l) & CGRT_DEMOD) q = cgrt_normed(q, style->norm);
  if (cgrt_flags(l) & CGRT_SBIAS) to->bias = cgrt_clamp(to->bias + style->moved * (int32_t)(1u << cgrt_sbias_up(l)), -lim, lim);
  to->up = q;
  to->down = cgrt_sloped(q, cgrt_slope(l));
}

#if CGRT_X86

void cgrt_channels_c(cgrt_channel *to, uint32_t count, const uint8_t *params, const cgrt_styled *s, const uint8_t *l) {
  for (uint32_t i = 0; i < count; i++, params += 8) {
    channel_style style = {s->gain[i], s->moved[i], s->norm[i]};
    make_channel(l, params, &style, to + i);
  }
}

/* Whether run->gains has room for the gains of layer k, since a demodulated convolution of this picture reads its map. */
static int keeps_gains(const cgrt_run *run, uint32_t k) {
  const uint8_t *next = cgrt_record(run, k + 1), *past = cgrt_record(run, cgrt_layers(run->file));
  if (cgrt_type(next) == CGRT_TORGB) next += CGRT_LAYER_BYTES;
  return next < past && cgrt_level(next) <= run->level && (cgrt_flags(next) & CGRT_DEMOD);
}

static void put_gains(int16_t *to, const int32_t *gains, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) to[i] = (int16_t)gains[i];
}

/* In the head those that the producer's table has left. */
static void producer_gains(const cgrt_run *run, uint32_t k) {
  const uint8_t *l = cgrt_record(run, cgrt_source(run, k));
  int32_t gains[CGRT_BLOCK];
  if (cgrt_level(cgrt_record(run, k)) <= run->handover) return;
  for (uint32_t first = 0; first < cgrt_cout(l); first += CGRT_BLOCK) {
    uint32_t count = cgrt_min(cgrt_cout(l) - first, CGRT_BLOCK);
    cgrt_gains(run, l, gains, first, count);
    put_gains(run->gains + first, gains, count);
  }
}

static void make_block(const cgrt_run *run, const uint8_t *l, uint32_t first, uint32_t count, cgrt_channel *table, int16_t *own) {
  uint32_t pitch = cgrt_al4(cgrt_cin(l)), flags = cgrt_flags(l);
  cgrt_styled s;
  cgrt_gains(run, l, s.gain, first, count);
  put_gains(own + first, s.gain, count);
  if (flags & CGRT_SBIAS) cgrt_affines(run, l, CGRT_SBIAS_W, s.moved, first, count);
  if (flags & CGRT_DEMOD) {
    const uint8_t *rows = cgrt_blob(run->file, l, CGRT_ENERGY) + first * pitch;
    CGRT_KERNEL(run, norms)(s.norm, rows, pitch, count, run->gains, cgrt_cin(l));
  }
  CGRT_KERNEL(run, channels)(table + first, count, cgrt_blob(run->file, l, CGRT_PARAMS) + 8 * first, &s, l);
}

static void make_channels(const cgrt_run *run, uint32_t k, cgrt_channel *table) {
  const uint8_t *l = cgrt_record(run, k);
  int16_t own[1024];
  if (cgrt_flags(l) & CGRT_DEMOD) producer_gains(run, k);
  for (uint32_t first = 0; first < cgrt_cout(l); first += CGRT_BLOCK) {
    make_block(run, l, first, cgrt_min(cgrt_cout(l) - first, CGRT_BLOCK), table, own);
  }
  if (keeps_gains(run, k)) cgrt_copy(run->gains, own, 2 * cgrt_cout(l));
}

/* Once per picture, so that toRGB can have a style of its own without a second copy of the map. */
static void fold_weights(const cgrt_run *run, const uint8_t *l, int16_t *table) {
  uint32_t cin = cgrt_cin(l), pitch = cgrt_filter_bytes(l);
  const int8_t *weights = (const int8_t *)cgrt_blob(run->file, l, CGRT_WEIGHTS);
  int32_t gains[CGRT_BLOCK];
  for (uint32_t first = 0; first < cin; first += CGRT_BLOCK) {
    uint32_t count = cgrt_min(cin - first, CGRT_BLOCK);
    cgrt_gains(run, l, gains, first, count);
    for (uint32_t r = 0; r < cgrt_cout(l); r++) {
      for (uint32_t i = 0; i < count; i++) table[r * cin + first + i] = (int16_t)cgrt_folded(weights[r * pitch + first + i], gains[i]);
    }
  }
}

#else

static void producer_gains(const cgrt_run *run, uint32_t k) {
  const uint8_t *l = cgrt_record(run, cgrt_source(run, k));
  for (uint32_t c = 0; c < cgrt_cout(l); c++) run->gains[c] = (int16_t)cgrt_gain(run, l, c);
}

static void make_channels(const cgrt_run *run, uint32_t k, cgrt_channel *table) {
  const uint8_t *l = cgrt_record(run, k), *params = cgrt_blob(run->file, l, CGRT_PARAMS);
  if (cgrt_flags(l) & CGRT_DEMOD) producer_gains(run, k);
  for (uint32_t o = 0; o < cgrt_cout(l); o++, params += 8, table++) {
    const uint8_t *energies = cgrt_blob(run->file, l, CGRT_ENERGY) + o * cgrt_al4(cgrt_cin(l));
    channel_style style = {cgrt_gain(run, l, o), 0, 0};
    if (cgrt_flags(l) & CGRT_DEMOD) style.norm = cgrt_isqrt((cgrt_energy(run->gains, energies, cgrt_cin(l)) >> 8) + 1);
    if (cgrt_flags(l) & CGRT_SBIAS) style.moved = cgrt_affine(run, l, CGRT_SBIAS_W, o);
    make_channel(l, params, &style, table);
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

#endif

void cgrt_make_table(const cgrt_run *run, uint32_t k) {
  const uint8_t *l = cgrt_record(run, k);
  void *table = cgrt_table(run, k);
  if (cgrt_type(l) == CGRT_TORGB) fold_weights(run, l, (int16_t *)table);
  else make_channels(run, k, (cgrt_channel *)table);
}
