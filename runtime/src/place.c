#include "options.h"
#include "run.h"

/* The next part; parts are multiples of 8, so everything is aligned. */
static void *take(cgrt_run *run, uint32_t bytes) {
  uint8_t *at = run->arena + run->free_at;
  run->free_at += bytes;
  return at;
}

/* A function of its own, so that the plan is not on the stack any more when drawing begins. */
CGRT_ALONE int cgrt_place(cgrt_run *run, const cgrt_model *model, size_t arena_bytes) {
  cgrt_plan plan;
  int status = cgrt_plan_options(&plan, model, &run->options);
  if (status != CGRT_OK) return status;
  if (run->label != CGRT_LABEL_RANDOM && run->label >= cgrt_max(1, cgrt_classes(run->file))) return CGRT_E_LABEL;
  if (arena_bytes < cgrt_plan_bytes(&plan)) return CGRT_E_ARENA_SMALL;
  run->layers = cgrt_layer(run->file, 0);
  run->level = plan.level;
  run->handover = plan.handover;
  run->maps = plan.maps;
  run->free_at = 0;
  run->w = (int8_t *)take(run, plan.vector);
  run->spare = (int8_t *)take(run, plan.vector);
  run->stages = (cgrt_stage *)take(run, plan.state);
  run->gains = (int16_t *)take(run, plan.gains);
  run->filter = (int8_t *)take(run, plan.filter);
  run->row = (uint8_t *)take(run, plan.row);
  run->rgb_at = run->free_at;
  take(run, plan.rgb);
  run->table_at = run->free_at + plan.rgb_row;
  run->map_at = run->scratch_at = run->table_at + plan.head_table;
  run->sums = (int32_t *)(void *)(run->arena + run->free_at);
  run->end_at = run->scratch_end = cgrt_plan_bytes(&plan);
  return CGRT_OK;
}
