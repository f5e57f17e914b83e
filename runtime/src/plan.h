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
  uint32_t maps;      /* feature maps that the head makes */
  uint32_t head;      /* two feature maps */
  uint32_t hand;      /* the last of them, which the tail reads */
  uint32_t hand_row;  /* one row of it */
  uint32_t tail;      /* line buffers */
  uint32_t wide;      /* widened rows, for kernels that use them */
  uint32_t row, rgb_row; /* one output row, one RGB row */
} cgrt_plan;

/* `unit`: bytes of a value in a line buffer, 1, or 2 for wide rows. The layer table has passed cgrt_check_layers. */
void cgrt_make_plan(cgrt_plan *plan, const uint8_t *file, uint32_t level, uint32_t handover, uint32_t unit);

uint32_t cgrt_plan_bytes(const cgrt_plan *plan);

/* Width and height at a level. */
static inline uint32_t cgrt_width(const uint8_t *f, uint32_t level) { return cgrt_start_w(f) << level; }
static inline uint32_t cgrt_height(const uint8_t *f, uint32_t level) { return cgrt_start_h(f) << level; }

/* Bytes of the per-picture table of a layer: cgrt_channel[cout], for toRGB the folded weights, for MAP nothing. */
uint32_t cgrt_table_bytes(const uint8_t *f, const uint8_t *l);

/* Bytes of a whole map of this many channels at a level. */
uint32_t cgrt_map_bytes(const uint8_t *f, uint32_t level, uint32_t channels);

/* Bytes of the RGB map of a level; 0 if the level has none. */
uint32_t cgrt_rgb_bytes(const uint8_t *f, uint32_t level);

/* The line buffers above the hand-over: how many rows of a layer's output are still needed when its next row is made. */
typedef struct cgrt_rings {
  uint32_t rows;     /* of the features: what the layer above reads */
  uint32_t rgb_rows; /* of the RGB sum */
  uint32_t conv3;    /* CONV3 seen in this level */
} cgrt_rings;

/* Goes down the layer table one by one, from the last toRGB of the output level. Start with {1, 1, 0}. */
uint32_t cgrt_ring_rows(cgrt_rings *rings, const uint8_t *layer);

/* Bytes of that many rows of the layer's output; `unit` is the size of a feature value. */
uint32_t cgrt_ring_bytes(const uint8_t *f, const uint8_t *layer, uint32_t rows, uint32_t unit);

/* The last toRGB of a level. */
uint32_t cgrt_last_layer(const uint8_t *f, uint32_t level);

#endif
