#include "run.h"

/* Maps take turns at the low and the high end, so that the last one lies at the high end and leaves the rest in one piece. What is
 * free between a map and the one before it is scratch. */
static void place_map(cgrt_run *run, uint32_t k) {
  const uint8_t *l = cgrt_record(run, k);
  uint32_t bytes = cgrt_map_bytes(run->file, cgrt_level(l), cgrt_cout(l)), at = run->map_at;
  if (--run->maps % 2) run->scratch_at = at + bytes;
  else at = run->scratch_end = run->end_at - bytes;
  run->stages[k].at = at;
  run->stages[k].ring = (uint16_t)cgrt_height(run->file, cgrt_level(l));
}

/* RGB maps take turns too. Whole maps are those of levels below `top`; the output level has one row, the accumulators before. */
static void place_rgb(const cgrt_run *run, uint32_t k) {
  uint32_t top = cgrt_min(run->handover + 1, run->level), level = cgrt_level(cgrt_record(run, k));
  cgrt_stage *stage = &run->stages[k];
  stage->at = run->free_at;
  stage->ring = 1;
  if (level == run->level) return;
  stage->at = run->rgb_at + ((top - level) % 2 ? 0 : cgrt_rgb_bytes(run->file, top - 1));
  stage->ring = (uint16_t)cgrt_height(run->file, level);
}

#if CGRT_VECTORS

static int run_conv(const cgrt_run *run, uint32_t k, uint32_t height) {
  uint32_t width = cgrt_width(run->file, cgrt_level(cgrt_record(run, k)));
  uint32_t most = cgrt_min(CGRT_ROWS_NOISE / width, CGRT_ROWS), rows;
  for (uint32_t y = 0; y < height; y += rows) {
    rows = cgrt_min(height - y, most);
    for (uint32_t i = 0; i < rows; i++) {
      if (run->options->poll && run->options->poll(run->user)) return CGRT_CANCELLED;
    }
    cgrt_feature_rows(run, k, y, rows);
  }
  return CGRT_OK;
}

#endif

static int run_rows(const cgrt_run *run, uint32_t k, uint32_t height) {
#if CGRT_VECTORS
  if (cgrt_is_conv(cgrt_record(run, k))) return run_conv(run, k, height);
#endif
  for (uint32_t y = 0; y < height; y++) {
    int status = CGRT_RUN_ROW(run, k, y);
    if (status != CGRT_OK) return status;
  }
  return CGRT_OK;
}

CGRT_ALONE int cgrt_run_head(cgrt_run *run) {
  const uint8_t *f = run->file;
  for (uint32_t k = cgrt_map_layers(f); k < cgrt_layers(f) && cgrt_level(cgrt_record(run, k)) <= run->handover; k++) {
    uint32_t height = cgrt_height(f, cgrt_level(cgrt_record(run, k)));
    int status;
    if (cgrt_type(cgrt_record(run, k)) == CGRT_TORGB) place_rgb(run, k);
    else place_map(run, k);
    cgrt_make_table(run, k);
    if ((status = run_rows(run, k, height)) != CGRT_OK) return status;
    run->stages[k].done = (uint16_t)height;
  }
  return CGRT_OK;
}
