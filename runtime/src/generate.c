#include "options.h"
#include "run.h"

static int draw(cgrt_run *run) {
  int status;
  cgrt_make_style(run);
  status = cgrt_run_head(run);
  if (status == CGRT_OK && run->handover < run->level) status = cgrt_run_tail(run);
  return status;
}

int cgrt_generate(const cgrt_model *model, void *arena, size_t arena_bytes, uint64_t seed, uint32_t label,
                  const cgrt_options *options, cgrt_row row, void *user) {
  cgrt_plan plan;
  cgrt_run run;
  int status;
  if (!model || !model->base || !arena || !row) return CGRT_E_NULL;
  if ((uintptr_t)arena % 8 != 0) return CGRT_E_ALIGN;
  if ((status = cgrt_plan_options(&plan, model, &options)) != CGRT_OK) return status;
  if (label != CGRT_LABEL_RANDOM && label >= cgrt_max(1, cgrt_classes(model->base))) return CGRT_E_LABEL;
  if (arena_bytes < cgrt_plan_bytes(&plan)) return CGRT_E_ARENA_SMALL;
  run.file = model->base;
  run.layers = cgrt_layer(run.file, 0);
  run.options = options;
  run.arena = (uint8_t *)arena;
  run.seed = seed;
  run.label = label;
  run.deliver = row;
  run.user = user;
  cgrt_place(&run, &plan);
  return draw(&run);
}
