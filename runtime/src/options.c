#include "options.h"

static const cgrt_options defaults = CGRT_OPTIONS_DEFAULT;

int cgrt_check_options(const cgrt_model *model, const cgrt_options **options) {
  const cgrt_options *o = *options ? *options : &defaults;
  *options = o;
  if (o->truncation > 256 || o->format > CGRT_GREY8 || o->noise > CGRT_NOISE_OFF) return CGRT_E_OPTION;
  if (o->dither > 1 || o->wide_rows > 1) return CGRT_E_OPTION;
  return o->quality == CGRT_BEST || o->quality < model->groups_present ? CGRT_OK : CGRT_E_QUALITY;
}

uint32_t cgrt_output_level(const cgrt_model *model, const cgrt_options *options) {
  uint32_t quality = options->quality == CGRT_BEST ? model->groups_present - 1 : options->quality;
  return cgrt_rgb_first(model->base) + quality;
}

uint32_t cgrt_chosen_handover(const cgrt_model *model, const cgrt_options *options) {
  return options->handover == CGRT_BEST ? cgrt_handover(model->base) : options->handover;
}

size_t cgrt_arena_bytes(const cgrt_model *model, const cgrt_options *options) {
  cgrt_plan plan;
  if (!model || !model->base || cgrt_check_options(model, &options) != CGRT_OK) return 0;
  cgrt_make_plan(&plan, model->base, cgrt_output_level(model, options), cgrt_chosen_handover(model, options),
                 1u + options->wide_rows);
  return cgrt_plan_bytes(&plan);
}
