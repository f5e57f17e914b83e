#include "arith.h"
#include "kernels.h"
#include "random.h"

/* The option truncates the style, or with TRUNC_Z the latent: one of the two, the other factor is 256. */
static int32_t psi_of(const cgrt_run *run, uint32_t feature) {
  return (cgrt_features(run->file) & CGRT_FEATURE_TRUNC_Z) == feature ? run->options->truncation : 256;
}

static void make_latent(const cgrt_run *run, int8_t *z) {
  const int16_t *given = run->options->latent;
  uint32_t size = cgrt_latent_size(run->file);
  int32_t psi = psi_of(run, CGRT_FEATURE_TRUNC_Z);
  if (!given) CGRT_KERNEL(run, fill_noise)(z, run->seed, CGRT_STREAM_LATENT, 0, size); /* within +-106 */
  for (uint32_t i = 0; i < size; i++) {
    z[i] = (int8_t)cgrt_truncate(0, given ? cgrt_sat8(cgrt_to_n8(given[i])) : z[i], psi);
  }
}

static void choose_label(cgrt_run *run) {
  uint32_t hash;
  if (run->label != CGRT_LABEL_RANDOM) return;
  hash = cgrt_hash32(run->seed, CGRT_STREAM_LABEL, 0);
  run->label = (uint32_t)((uint64_t)hash * cgrt_classes(run->file) >> 32);
}

static void append_embedding(const cgrt_run *run, int8_t *x) {
  const uint8_t *f = run->file;
  uint32_t embed = cgrt_embed(f);
  if (embed) cgrt_copy(x + cgrt_latent_size(f), f + cgrt_off_embed(f) + run->label * embed, embed);
}

#if CGRT_X86

static void map_rows(const cgrt_run *run, const uint8_t *l, int8_t *to) {
  const uint8_t *params = cgrt_blob(run->file, l, CGRT_PARAMS);
  int32_t values[CGRT_BLOCK];
  for (uint32_t first = 0; first < cgrt_cout(l); first += CGRT_BLOCK) {
    uint32_t count = cgrt_min(cgrt_cout(l) - first, CGRT_BLOCK);
    cgrt_filter_rows(run, l, values, first, count, cgrt_cin(l));
    CGRT_KERNEL(run, dense_values)(values, count, params + 8 * first, cgrt_shift(l), cgrt_slope(l));
    for (uint32_t i = 0; i < count; i++) to[first + i] = (int8_t)cgrt_sat8(values[i]);
  }
}

#else

static void map_rows(const cgrt_run *run, const uint8_t *l, int8_t *to) {
  const uint8_t *param = cgrt_blob(run->file, l, CGRT_PARAMS);
  for (uint32_t o = 0; o < cgrt_cout(l); o++, param += 8) {
    to[o] = (int8_t)cgrt_sat8(cgrt_dense(run, cgrt_filter(run, l, o), cgrt_cin(l), param, cgrt_shift(l), cgrt_slope(l)));
  }
}

#endif

/* One mapping layer from run->w to run->spare, which then change places. */
static void map_layer(cgrt_run *run, const uint8_t *l) {
  int8_t *from = run->w, *to = run->spare;
  map_rows(run, l, to);
  run->w = to;
  run->spare = from;
}

/* Pulls the style towards the centre. -128, which an embedding or a centre may hold, becomes -127. */
static void truncate_style(const cgrt_run *run) {
  const uint8_t *f = run->file;
  uint32_t row = cgrt_centre_rows(f) > 1 ? run->label : 0;
  const int8_t *centre = (const int8_t *)f + cgrt_off_centre(f) + row * cgrt_style(f);
  int32_t psi = psi_of(run, 0);
  for (uint32_t i = 0; i < cgrt_style(f); i++) run->w[i] = (int8_t)cgrt_sat8(cgrt_truncate(centre[i], run->w[i], psi));
}

CGRT_ALONE void cgrt_make_style(cgrt_run *run) {
  choose_label(run);
  make_latent(run, run->w);
  append_embedding(run, run->w);
  for (uint32_t k = 0; k < cgrt_map_layers(run->file); k++) map_layer(run, cgrt_record(run, k));
  truncate_style(run);
}
