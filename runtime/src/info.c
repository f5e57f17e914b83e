#include "plan.h"

static char printable(uint8_t c) { return c == 0 || (c >= 0x20 && c <= 0x7e) ? (char)c : '?'; }

int cgrt_get_info(const cgrt_model *model, cgrt_info *out) {
  const uint8_t *f;
  uint32_t best;
  if (!model || !model->base || !out) return CGRT_E_NULL;
  cgrt_zero(out, sizeof *out);
  f = model->base;
  best = model->groups_present - 1;
  out->width = cgrt_width(f, cgrt_rgb_first(f) + best);
  out->height = cgrt_height(f, cgrt_rgb_first(f) + best);
  out->channels = cgrt_channels(f);
  out->latent_size = cgrt_latent_size(f);
  out->style_size = cgrt_style(f);
  out->classes = cgrt_classes(f);
  out->levels = cgrt_levels(f);
  out->qualities = cgrt_groups(f);
  out->qualities_present = model->groups_present;
  out->file_bytes = cgrt_file_bytes(f);
  out->arena_bytes = cgrt_group_arena(f, best);
  for (unsigned i = 0; i < 24; i++) out->name[i] = printable(f[64 + i]);
  return CGRT_OK;
}
