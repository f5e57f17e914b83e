#include "arith.h"
#include "demod.h"
#include "kernels.h"

/* What the style says about a channel: its gain, how far its bias moves, its norm. */
typedef struct cgrt_styled {
  int32_t gain, moved;
  uint32_t norm;
} cgrt_styled;

static void make_channel(const uint8_t *l, const uint8_t *param, const cgrt_styled *styled, cgrt_channel *to) {
  int32_t lim = cgrt_lim(cgrt_shift(l)), q = cgrt_gained(cgrt_param_mult(param), styled->gain);
  to->bias = cgrt_param_bias(param, cgrt_shift(l));
  if (cgrt_flags(l) & CGRT_DEMOD) q = cgrt_normed(q, styled->norm);
  if (cgrt_flags(l) & CGRT_SBIAS) to->bias = cgrt_clamp(to->bias + styled->moved * (int32_t)(1u << cgrt_sbias_up(l)), -lim, lim);
  to->up = q;
  to->down = cgrt_sloped(q, cgrt_slope(l));
}

#if CGRT_X86

static void producer_gains(const cgrt_run *run, uint32_t k) {
  const uint8_t *l = cgrt_record(run, cgrt_source(run, k));
  int32_t gains[CGRT_BLOCK];
  for (uint32_t first = 0; first < cgrt_cout(l); first += CGRT_BLOCK) {
    uint32_t count = cgrt_min(cgrt_cout(l) - first, CGRT_BLOCK);
    cgrt_gains(run, l, gains, first, count);
    for (uint32_t i = 0; i < count; i++) run->gains[first + i] = (int16_t)gains[i];
  }
}

static void make_block(const cgrt_run *run, const uint8_t *l, uint32_t first, uint32_t count, cgrt_channel *table) {
  uint32_t pitch = cgrt_al4(cgrt_cin(l)), flags = cgrt_flags(l);
  const uint8_t *params = cgrt_blob(run->file, l, CGRT_PARAMS) + 8 * first;
  int32_t gains[CGRT_BLOCK], moved[CGRT_BLOCK] = {0};
  uint32_t norms[CGRT_BLOCK] = {0};
  cgrt_gains(run, l, gains, first, count);
  if (flags & CGRT_SBIAS) cgrt_affines(run, l, CGRT_SBIAS_W, moved, first, count);
  if (flags & CGRT_DEMOD) {
    const uint8_t *rows = cgrt_blob(run->file, l, CGRT_ENERGY) + first * pitch;
    CGRT_KERNEL(run, norms)(norms, rows, pitch, count, run->gains, cgrt_cin(l));
  }
  for (uint32_t i = 0; i < count; i++) {
    cgrt_styled styled = {gains[i], moved[i], norms[i]};
    make_channel(l, params + 8 * i, &styled, table + first + i);
  }
}

static void make_channels(const cgrt_run *run, uint32_t k, cgrt_channel *table) {
  const uint8_t *l = cgrt_record(run, k);
  if (cgrt_flags(l) & CGRT_DEMOD) producer_gains(run, k);
  for (uint32_t first = 0; first < cgrt_cout(l); first += CGRT_BLOCK) {
    make_block(run, l, first, cgrt_min(cgrt_cout(l) - first, CGRT_BLOCK), table);
  }
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
    cgrt_styled styled = {cgrt_gain(run, l, o), 0, 0};
    if (cgrt_flags(l) & CGRT_DEMOD) styled.norm = cgrt_isqrt((cgrt_energy(run->gains, energies, cgrt_cin(l)) >> 8) + 1);
    if (cgrt_flags(l) & CGRT_SBIAS) styled.moved = cgrt_affine(run, l, CGRT_SBIAS_W, o);
    make_channel(l, params, &styled, table);
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
