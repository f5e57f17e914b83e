#include "plan.h"

static uint64_t layer_macs(const uint8_t *f, const uint8_t *l) {
  uint64_t pairs = (uint64_t)cgrt_cin(l) * cgrt_cout(l);
  uint32_t area = cgrt_width(f, cgrt_level(l)) * cgrt_height(f, cgrt_level(l));
  switch (cgrt_type(l)) {
    case CGRT_MAP: return pairs;
    case CGRT_UP2P: return 4 * pairs * area;
    case CGRT_START: /* cin is the style if it is dense, else 0 */
    case CGRT_TORGB: return pairs * area;
    default: return 9 * pairs * area;
  }
}

static uint64_t style_macs(const uint8_t *f, const uint8_t *l) {
  uint32_t flags = cgrt_flags(l), rows = cgrt_type(l) == CGRT_TORGB ? cgrt_cin(l) : cgrt_cout(l);
  uint64_t macs = 0;
  if (flags & CGRT_GAIN) macs += (uint64_t)cgrt_style(f) * rows;
  if (flags & CGRT_SBIAS) macs += (uint64_t)cgrt_style(f) * rows;
  if (flags & CGRT_DEMOD) macs += (uint64_t)cgrt_cin(l) * cgrt_cout(l);
  return macs;
}

uint64_t cgrt_macs(const cgrt_model *model, unsigned quality) {
  const uint8_t *f;
  uint64_t macs = 0;
  if (!model || !model->base) return 0;
  if (quality == CGRT_BEST) quality = model->groups_present - 1;
  if (quality >= model->groups_present) return 0;
  f = model->base;
  for (uint32_t k = 0; k < cgrt_layers(f); k++) {
    const uint8_t *l = cgrt_layer(f, k);
    if (cgrt_level(l) <= cgrt_rgb_first(f) + quality) macs += layer_macs(f, l) + style_macs(f, l);
  }
  return macs;
}
