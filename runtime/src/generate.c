#include "kernels.h"

#if CGRT_X86
#define CGRT_STEP
#else
#define CGRT_STEP static /* then cgrt_generate alone calls it */
#endif

CGRT_STEP int cgrt_open_run(cgrt_run *run, const cgrt_model *model, void *arena, size_t arena_bytes, uint64_t seed, uint32_t label,
                            const cgrt_options *options) {
  if (!model || !model->base || !arena) return CGRT_E_NULL;
  if ((uintptr_t)arena % 8 != 0) return CGRT_E_ALIGN;
  run->file = model->base;
  run->options = options;
  run->arena = (uint8_t *)arena;
  run->seed = seed;
  run->label = label;
#if CGRT_X86
  run->kernels = cgrt_kernel_set(0, model->crc_checked >> 1);
#endif
  return cgrt_place(run, model, arena_bytes);
}

CGRT_STEP int cgrt_draw(cgrt_run *run) {
  int status;
  cgrt_make_style(run);
  status = cgrt_run_head(run);
  if (status == CGRT_OK && run->handover < run->level) status = cgrt_run_tail(run);
  return status;
}

int cgrt_generate(const cgrt_model *model, void *arena, size_t arena_bytes, uint64_t seed, uint32_t label,
                  const cgrt_options *options, cgrt_row row, void *user) {
  cgrt_run run;
  int status;
  if (!row) return CGRT_E_NULL;
  status = cgrt_open_run(&run, model, arena, arena_bytes, seed, label, options);
  run.deliver = row;
  run.user = user;
  return status == CGRT_OK ? cgrt_draw(&run) : status;
}
