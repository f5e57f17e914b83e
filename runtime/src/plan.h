/* The arena: what it is made of and how large it is. */
#ifndef CGRT_PLAN_H
#define CGRT_PLAN_H

#include "file.h"

/* Bytes of each part of the arena. Every part is a multiple of 8. All sums stay below 2^32, because sides and channels are at
 * most 1024 and layers at most 64: two maps of 2^30, tables of 2^20, line buffers of 2^29. */
typedef struct cgrt_plan {
  uint32_t level;     /* output level K */
  uint32_t handover;  /* last level computed layer by layer, at most K */
  uint32_t vector;    /* x, w: one of two */
  uint32_t state;     /* one cgrt_stage per layer of the file */
  uint32_t gains;     /* gains of a demodulated layer's producer */
  uint32_t filter;    /* one unpacked filter */
  uint32_t head_table, tail_table; /* channel tables: the largest of the head, the sum of the tail */
  uint32_t rgb;       /* RGB maps of the last two levels that are kept whole */
  uint32_t head;      /* two feature maps */
  uint32_t hand;      /* the map that the tail reads */
  uint32_t tail;      /* line buffers */
  uint32_t wide;      /* widened rows, for kernels that use them */
  uint32_t row, rgb_row; /* one output row, one RGB row */
} cgrt_plan;

/* `bytes_per_value`: 1, or 2 for wide rows. The layer table must have passed the checks of cgrt_check_layers. */
void cgrt_make_plan(cgrt_plan *plan, const uint8_t *file, uint32_t level, uint32_t handover, uint32_t bytes_per_value);

uint32_t cgrt_plan_bytes(const cgrt_plan *plan);

/* Width and height at a level. */
static inline uint32_t cgrt_width(const uint8_t *f, uint32_t level) { return cgrt_start_w(f) << level; }
static inline uint32_t cgrt_height(const uint8_t *f, uint32_t level) { return cgrt_start_h(f) << level; }

/* Bytes of the per-picture table of a layer: cgrt_channel[cout], for toRGB the folded weights, for MAP nothing. */
static inline uint32_t cgrt_table_bytes(const uint8_t *f, const uint8_t *l) {
  if (cgrt_type(l) == CGRT_MAP) return 0;
  return cgrt_al8(cgrt_type(l) == CGRT_TORGB ? 2 * cgrt_channels(f) * cgrt_cin(l) : 12 * cgrt_cout(l));
}

/* Bytes of the RGB map of a level; 0 if the level has none. */
static inline uint32_t cgrt_rgb_bytes(const uint8_t *f, uint32_t level) {
  if (level < cgrt_rgb_first(f)) return 0;
  return cgrt_al8(4 * cgrt_channels(f) * cgrt_height(f, level) * cgrt_width(f, level));
}

/* Rows of the RGB line buffer of a level, which the next level reads: its up layer runs ahead by its n CONV3. */
static inline uint32_t cgrt_rgb_ring(uint32_t conv3_above) { return 2 + (conv3_above + 1) / 2; }

#endif
