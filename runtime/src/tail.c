#include "run.h"

static int last_of(const cgrt_run *run, uint32_t k) {
  return k + 1 == cgrt_layers(run->file) || cgrt_level(cgrt_layer(run->file, k + 1)) > run->level;
}

/* The convolution that reads the map of convolution k; only where there is one. */
static uint32_t reader(const cgrt_run *run, uint32_t k) {
  return k + (cgrt_type(cgrt_layer(run->file, k + 1)) == CGRT_TORGB ? 2u : 1u);
}

static uint32_t count_conv3(const cgrt_run *run, uint32_t level) {
  uint32_t n = 0;
  for (uint32_t k = 0; k < cgrt_layers(run->file); k++) {
    const uint8_t *l = cgrt_layer(run->file, k);
    if (cgrt_level(l) == level && cgrt_type(l) == CGRT_CONV3) n++;
  }
  return n;
}

/* Rows that the reader of layer k still needs when the next row is made. */
static uint32_t ring_rows(const cgrt_run *run, uint32_t k) {
  const uint8_t *l = cgrt_layer(run->file, k), *next;
  if (cgrt_type(l) == CGRT_TORGB) {
    return cgrt_level(l) == run->level ? 1 : cgrt_rgb_ring(count_conv3(run, cgrt_level(l) + 1));
  }
  if (last_of(run, k + 1)) return 1; /* only the last toRGB reads it */
  next = cgrt_layer(run->file, reader(run, k));
  return cgrt_is_up(next) ? 2 : 3;
}

static void *table_of(const cgrt_run *run, uint32_t k) {
  return run->arena + run->stages[k].at - cgrt_table_bytes(run->file, cgrt_layer(run->file, k));
}

/* Table, then rows, of every layer of the tail. */
static void place_layer(cgrt_run *run, uint32_t k) {
  const uint8_t *l = cgrt_layer(run->file, k);
  uint32_t value = cgrt_type(l) == CGRT_TORGB ? 4 : 1, rows = ring_rows(run, k);
  cgrt_stage *stage = &run->stages[k];
  stage->at = run->free_at + cgrt_table_bytes(run->file, l);
  stage->done = 0;
  stage->ring = (uint16_t)rows;
  run->free_at = stage->at + cgrt_al8(value * rows * cgrt_width(run->file, cgrt_level(l)) * cgrt_cout(l));
  cgrt_make_table(run, k, table_of(run, k));
  if (last_of(run, k)) run->sums = (int32_t *)(run->arena + stage->at);
}

/* Are the rows there that row y of convolution k reads? */
static int ready(const cgrt_run *run, uint32_t k, uint32_t y) {
  const uint8_t *l = cgrt_layer(run->file, k);
  uint32_t source = cgrt_source(run->file, k);
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
  uint32_t last = 0, k = 0, height = cgrt_height(run->file, run->level);
  for (uint32_t i = 0; i < cgrt_layers(run->file); i++) {
    uint32_t level = cgrt_level(cgrt_layer(run->file, i));
    if (level <= run->handover || level > run->level) continue;
    place_layer(run, i);
    if (last_of(run, i)) last = i - 1;
  }
  for (k = last; run->stages[last].done < height;) {
    int status;
    if (!ready(run, k, run->stages[k].done)) {
      k = cgrt_source(run->file, k);
      continue;
    }
    if ((status = advance(run, k)) != CGRT_OK) return status;
    if (k != last) k = reader(run, k);
  }
  return CGRT_OK;
}
