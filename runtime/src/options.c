#include "options.h"

static const cgrt_options defaults = CGRT_OPTIONS_DEFAULT;

int cgrt_plan_options(cgrt_plan *plan, const cgrt_model *model, const cgrt_options **options) {
  const cgrt_options *o = *options ? *options : &defaults;
  uint32_t quality = o->quality, handover = o->handover;
  *options = o;
  if (o->truncation > 256 || o->format > CGRT_GREY8 || o->noise > CGRT_NOISE_OFF) return CGRT_E_OPTION;
  if (o->dither > 1 || o->wide_rows > 1) return CGRT_E_OPTION;
  if (quality == CGRT_BEST) quality = model->groups_present - 1;
  if (quality >= model->groups_present) return CGRT_E_QUALITY;
  if (handover == CGRT_BEST) handover = cgrt_handover(model->base);
  cgrt_make_plan(plan, model->base, cgrt_rgb_first(model->base) + quality, handover, 1u + o->wide_rows);
  return CGRT_OK;
}

size_t cgrt_arena_bytes(const cgrt_model *model, const cgrt_options *options) {
  cgrt_plan plan;
  if (!model || !model->base || cgrt_plan_options(&plan, model, &options) != CGRT_OK) return 0;
  return cgrt_plan_bytes(&plan);
}
