#include "run.h"

/* The convolution that reads the map of convolution k; only where there is one. */
static uint32_t reader(const cgrt_run *run, uint32_t k) {
  k++;
  return cgrt_type(cgrt_layer(run->file, k)) == CGRT_TORGB ? k + 1 : k;
}

static void *table_of(const cgrt_run *run, uint32_t k) {
  return run->arena + run->stages[k].at - cgrt_table_bytes(run->file, cgrt_layer(run->file, k));
}

/* Table, then rows of output, of every layer. */
static void place_tail(cgrt_run *run, uint32_t last) {
  cgrt_rings rings = {1, 1, 0};
  const uint8_t *f = run->file;
  for (uint32_t k = last; cgrt_level(cgrt_layer(f, k)) > run->handover; k--) {
    cgrt_stage *stage = &run->stages[k];
    uint32_t rows = cgrt_ring_rows(&rings, cgrt_layer(f, k));
    stage->at = run->free_at + cgrt_table_bytes(f, cgrt_layer(f, k));
    stage->done = 0;
    stage->ring = (uint16_t)rows;
    run->free_at = stage->at + cgrt_ring_bytes(f, cgrt_layer(f, k), rows, 1);
    cgrt_make_table(run, k, table_of(run, k));
  }
  run->sums = (int32_t *)cgrt_stage_row(run, last, 0);
}

/* Are the rows there that row y of convolution k reads? */
static int ready(const cgrt_run *run, uint32_t k, uint32_t y) {
  const uint8_t *l = cgrt_layer(run->file, k);
  uint32_t source = cgrt_source(run, k);
  uint32_t height = cgrt_height(run->file, cgrt_level(cgrt_layer(run->file, source)));
  uint32_t last = cgrt_is_up(l) ? (y + 1) / 2 : y + 1;
  return run->stages[source].done > cgrt_min(last, height - 1);
}

static int advance(const cgrt_run *run, uint32_t k) {
  cgrt_stage *stage = &run->stages[k];
  int status = cgrt_run_row(run, k, table_of(run, k), stage->done);
  if (status == CGRT_OK && cgrt_type(cgrt_layer(run->file, k + 1)) == CGRT_TORGB) {
    status = cgrt_run_row(run, k + 1, table_of(run, k + 1), stage->done);
  }
  stage->done++;
  return status;
}

/* A cursor walks between the convolutions: back where a row is missing, forward once it is made. */
int cgrt_run_tail(cgrt_run *run) {
  uint32_t height = cgrt_height(run->file, run->level), last = cgrt_last_layer(run->file, run->level), k;
  place_tail(run, last);
  last--; /* from the last toRGB to the convolution it reads */
  for (k = last; run->stages[last].done < height;) {
    if (ready(run, k, run->stages[k].done)) {
      int status = advance(run, k);
      if (status != CGRT_OK) return status;
      if (k != last) k = reader(run, k);
    } else {
      k = cgrt_source(run, k);
    }
  }
  return CGRT_OK;
}
