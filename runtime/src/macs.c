#include "plan.h"

/* A START that is not dense has cin 0, and no multiplications. */
static uint64_t layer_macs(const uint8_t *f, const uint8_t *l) {
  uint32_t area = cgrt_type(l) == CGRT_MAP ? 1 : cgrt_width(f, cgrt_level(l)) * cgrt_height(f, cgrt_level(l));
  return (uint64_t)(cgrt_filter_elements(l) * cgrt_cout(l)) * area;
}

static uint32_t style_macs(const uint8_t *f, const uint8_t *l) {
  uint32_t rows = cgrt_type(l) == CGRT_TORGB ? cgrt_cin(l) : cgrt_cout(l);
  uint32_t affine = (cgrt_has(l, CGRT_GAIN) + cgrt_has(l, CGRT_SBIAS)) * cgrt_style(f) * rows;
  return affine + cgrt_has(l, CGRT_DEMOD) * cgrt_cin(l) * cgrt_cout(l);
}

uint64_t cgrt_macs(const cgrt_model *model, unsigned quality) {
  const uint8_t *f, *last;
  uint64_t macs = 0;
  if (!model || !model->base) return 0;
  if (quality == CGRT_BEST) quality = model->groups_present - 1;
  if (quality >= model->groups_present) return 0;
  f = model->base;
  last = cgrt_layer(f, cgrt_last_layer(f, cgrt_rgb_first(f) + quality));
  for (const uint8_t *l = cgrt_layer(f, 0); l <= last; l += CGRT_LAYER_BYTES) macs += layer_macs(f, l) + style_macs(f, l);
  return macs;
}
