#include "run.h"

/* Table, then rows of output, of every layer. */
CGRT_ALONE static void place_tail(cgrt_run *run, uint32_t last) {
  cgrt_rings rings = {1, 1, 0};
  for (uint32_t k = last; cgrt_level(cgrt_record(run, k)) > run->handover; k--) {
    const uint8_t *l = cgrt_record(run, k);
    cgrt_stage *stage = &run->stages[k];
    uint32_t rows = cgrt_ring_rows(&rings, l);
    stage->at = run->free_at + cgrt_table_bytes(run->file, l);
    stage->done = 0;
    stage->ring = (uint16_t)rows;
    run->free_at = stage->at + cgrt_ring_bytes(run->file, l, rows, 1);
    cgrt_make_table(run, k);
  }
  run->sums = (int32_t *)cgrt_stage_row(run, last, 0);
  run->scratch_at = run->free_at; /* up to the map that the tail reads */
}

/* Are the rows of the source there that the next row of convolution k reads? */
static int ready(const cgrt_run *run, uint32_t k, uint32_t source) {
  uint32_t next = run->stages[k].done + 1u, height = cgrt_height(run->file, cgrt_level(cgrt_record(run, source)));
  uint32_t needed = cgrt_is_up(cgrt_record(run, k)) ? next / 2 : next;
  return run->stages[source].done > cgrt_min(needed, height - 1);
}

/* The next row of convolution k, and of the toRGB that reads it; moves on to the convolution after it. */
static int advance(const cgrt_run *run, uint32_t *k) {
  cgrt_stage *stage = &run->stages[(*k)++];
  int status = CGRT_RUN_ROW(run, *k - 1, stage->done);
  if (status == CGRT_OK && cgrt_type(cgrt_record(run, *k)) == CGRT_TORGB) status = CGRT_RUN_ROW(run, (*k)++, stage->done);
  stage->done++;
  return status;
}

/* A cursor walks between the convolutions: back where a row is missing, forward once it is made. */
CGRT_ALONE int cgrt_run_tail(cgrt_run *run) {
  uint32_t height = cgrt_height(run->file, run->level), last = cgrt_last_layer(run->file, run->level), k;
  place_tail(run, last);
  last--; /* from the last toRGB to the convolution it reads */
  for (k = last; run->stages[last].done < height;) {
    uint32_t source = cgrt_source(run, k);
    if (ready(run, k, source)) {
      int status = advance(run, &k);
      if (status != CGRT_OK) return status;
      k = cgrt_min(k, last);
    } else {
      k = source;
    }
  }
  return CGRT_OK;
}
