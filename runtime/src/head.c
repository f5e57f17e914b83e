#include "run.h"

/* Maps take turns at the low and the high end, so that the last one lies at the high end and the tail has the rest in one piece. */
static void place_map(const cgrt_run *run, uint32_t k, uint32_t maps_after) {
  const uint8_t *f = run->file, *l = cgrt_layer(f, k);
  uint32_t height = cgrt_height(f, cgrt_level(l)), bytes = cgrt_al8(height * cgrt_width(f, cgrt_level(l)) * cgrt_cout(l));
  run->stages[k].at = maps_after % 2 ? run->map_at : run->end_at - bytes;
  run->stages[k].ring = (uint16_t)height;
}

static uint32_t count_maps(const cgrt_run *run) {
  uint32_t maps = 0;
  for (uint32_t k = 0; k < cgrt_layers(run->file) && cgrt_level(cgrt_layer(run->file, k)) <= run->handover; k++) {
    uint32_t type = cgrt_type(cgrt_layer(run->file, k));
    if (type != CGRT_MAP && type != CGRT_TORGB) maps++;
  }
  return maps;
}

/* RGB maps take turns too; the output level has one row only, used before as accumulators. */
static void place_rgb(const cgrt_run *run, uint32_t k) {
  cgrt_stage *stage = &run->stages[k];
  uint32_t level = cgrt_level(cgrt_layer(run->file, k));
  uint32_t top = cgrt_min(run->handover + 1, run->level); /* whole maps are those of levels below this */
  stage->ring = (uint16_t)cgrt_height(run->file, level);
  stage->at = run->rgb_at + ((top - level) % 2 ? 0 : cgrt_rgb_bytes(run->file, top - 1));
  if (level == run->level) {
    stage->ring = 1;
    stage->at = (uint32_t)((uint8_t *)run->sums - run->arena);
  }
}

static int run_layer(const cgrt_run *run, uint32_t k) {
  void *table = run->arena + run->table_at;
  uint32_t height = cgrt_height(run->file, cgrt_level(cgrt_layer(run->file, k)));
  cgrt_make_table(run, k, table);
  for (uint32_t y = 0; y < height; y++) {
    int status = cgrt_run_row(run, k, table, y);
    if (status != CGRT_OK) return status;
  }
  run->stages[k].done = (uint16_t)height;
  return CGRT_OK;
}

int cgrt_run_head(cgrt_run *run) {
  const uint8_t *f = run->file;
  uint32_t maps = count_maps(run);
  for (uint32_t k = cgrt_map_layers(f); k < cgrt_layers(f) && cgrt_level(cgrt_layer(f, k)) <= run->handover; k++) {
    int status;
    if (cgrt_type(cgrt_layer(f, k)) == CGRT_TORGB) place_rgb(run, k);
    else place_map(run, k, --maps);
    if ((status = run_layer(run, k)) != CGRT_OK) return status;
  }
  return CGRT_OK;
}
