#include "options.h"
#include "run.h"

static int check_label(const uint8_t *f, uint32_t label) {
  return label == CGRT_LABEL_RANDOM || label < cgrt_max(1, cgrt_classes(f)) ? CGRT_OK : CGRT_E_LABEL;
}

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
  if ((status = cgrt_check_options(model, &options)) != CGRT_OK) return status;
  if ((status = check_label(model->base, label)) != CGRT_OK) return status;
  if (arena_bytes < cgrt_arena_bytes(model, options)) return CGRT_E_ARENA_SMALL;
  run.file = model->base;
  run.layers = cgrt_layer(run.file, 0);
  run.options = options;
  run.arena = (uint8_t *)arena;
  run.seed = seed;
  run.label = label;
  run.deliver = row;
  run.user = user;
  cgrt_make_plan(&plan, run.file, cgrt_output_level(model, options), cgrt_chosen_handover(model, options), 1);
  cgrt_place(&run, &plan);
  return draw(&run);
}
