/* One call of cgrt_generate: where everything lies in the arena, and the steps of drawing. */
#ifndef CGRT_RUN_H
#define CGRT_RUN_H

#include "machine.h"
#include "plan.h"

/* Output of one layer, kept in the arena. Rows wrap around after `ring` of them; a whole map has all its rows. */
typedef struct cgrt_stage {
  uint32_t at;   /* byte offset of row 0 in the arena */
  uint16_t done; /* rows computed so far */
  uint16_t ring;
} cgrt_stage;

/* What one output channel needs besides its filter: bias, and the multipliers for sums >= 0 and < 0. */
typedef struct cgrt_channel {
  int32_t bias, up, down;
} cgrt_channel;

/* The arena formula counts on these sizes. */
typedef char cgrt_stage_has_8_bytes[sizeof(cgrt_stage) == 8 ? 1 : -1];
typedef char cgrt_channel_has_12_bytes[sizeof(cgrt_channel) == 12 ? 1 : -1];

typedef struct cgrt_kernels cgrt_kernels; /* kernels.h */

typedef struct cgrt_run {
#if CGRT_X86
  const cgrt_kernels *kernels;
#endif
  const uint8_t *file;
  const uint8_t *layers; /* record 0 */
  const cgrt_options *options;
  uint8_t *arena;
  uint64_t seed;
  uint32_t label;
  uint32_t level, handover; /* output level; last level computed layer by layer */
  uint32_t maps;            /* feature maps that the head has yet to make */
  int8_t *w;                /* style vector; until it is made, the mapping's current vector */
  int8_t *spare;            /* the mapping's other vector */
  cgrt_stage *stages;       /* one per layer */
  int16_t *gains;           /* scratch: gains of a demodulated layer's producer */
  int8_t *filter;           /* scratch: one unpacked filter */
  uint8_t *row;             /* the output row; holds a row of noise while features are computed */
  int32_t *sums;            /* the output's RGB row; holds a row of accumulators while features are computed */
  uint32_t rgb_at;          /* offset of the whole RGB maps */
  uint32_t free_at, end_at; /* what head and tail use in their own ways: RGB row, tables, maps or line buffers */
  uint32_t table_at;        /* in it, for the head: the table of the current layer, */
  uint32_t map_at;          /* and the lower one of its two maps */
  uint32_t scratch_at, scratch_end; /* free: between its two maps, or between the line buffers and the map that the tail reads */
  cgrt_row deliver; /* this and `user` are set by the caller of cgrt_open_run */
  void *user;
} cgrt_run;

/* The two steps of cgrt_generate: checks its arguments and fills *run, with the fastest kernels of the CPU; then draws. A test can
 * choose other kernels in between, where there are any. */
#if CGRT_X86
int cgrt_open_run(cgrt_run *run, const cgrt_model *model, void *arena, size_t arena_bytes, uint64_t seed, uint32_t label,
                  const cgrt_options *options);
int cgrt_draw(cgrt_run *run);
#endif

/* Checks options (NULL: the defaults), label and size of the arena, and lays it out: CGRT_OK, or E_OPTION to E_ARENA_SMALL. */
int cgrt_place(cgrt_run *run, const cgrt_model *model, size_t arena_bytes);

/* Latent, label, mapping, truncation: leaves the style vector in run->w. */
void cgrt_make_style(cgrt_run *run);

/* One output of a dense layer that reads run->w: inner product, bias, multiplier by sign, not yet saturated. */
int32_t cgrt_dense(const cgrt_run *run, const int8_t *weights, uint32_t n, const uint8_t *param, uint32_t shift, int32_t slope);

/* Row `row` of an affine map of the style vector: blob is CGRT_GAIN_W or CGRT_SBIAS_W. Within +-32767. */
int32_t cgrt_affine(const cgrt_run *run, const uint8_t *layer, uint32_t blob, uint32_t row);
int32_t cgrt_gain(const cgrt_run *run, const uint8_t *layer, uint32_t row); /* 4096 without the flag */

#if CGRT_X86
/* The same for several rows at once, at most CGRT_BLOCK where callers have room for so many: sums of rows first, first + 1, ... of
 * a layer's weights with n values of run->w; affine maps and gains. */
enum { CGRT_BLOCK = 32 };
void cgrt_filter_rows(const cgrt_run *run, const uint8_t *layer, int32_t *sums, uint32_t first, uint32_t count, uint32_t n);
void cgrt_affines(const cgrt_run *run, const uint8_t *layer, uint32_t blob, int32_t *to, uint32_t first, uint32_t count);
void cgrt_gains(const cgrt_run *run, const uint8_t *layer, int32_t *to, uint32_t first, uint32_t count);
#endif

/* The table of a layer: the head has one for all its layers, in the tail it lies before the layer's rows. */
void *cgrt_table(const cgrt_run *run, uint32_t k);

/* Fills it for this picture: cgrt_channel[cout], or for toRGB int16[channels][cin] of folded weights. */
void cgrt_make_table(const cgrt_run *run, uint32_t k);

/* Filter `index` of a layer: in the file, or unpacked into run->filter. */
const int8_t *cgrt_filter(const cgrt_run *run, const uint8_t *layer, uint32_t index);

/* Levels 0..handover, layer by layer between two whole maps; then the levels above, row by row through line buffers. */
int cgrt_run_head(cgrt_run *run);
int cgrt_run_tail(cgrt_run *run);

/* Row y of layer k from the stages before it, and for the last toRGB its delivery. CGRT_OK, STOPPED or CANCELLED. */
int cgrt_run_row(const cgrt_run *run, uint32_t k, uint32_t y);

/* What head and tail call for it. A program that measures layers puts a function of its own in between, with
 * -DCGRT_RUN_ROW=its_name. */
#ifdef CGRT_RUN_ROW
int CGRT_RUN_ROW(const cgrt_run *run, uint32_t k, uint32_t y);
#else
#define CGRT_RUN_ROW cgrt_run_row
#endif

/* The two kinds of rows: features and RGB sums. CGRT_OK is returned so that features are the caller's last call, which hands over its
 * stack. */
int cgrt_feature_row(const cgrt_run *run, uint32_t k, uint32_t y);
void cgrt_torgb_row(const cgrt_run *run, uint32_t k, uint32_t y);

#if CGRT_VECTORS
/* Several rows of features of a convolution in the head, so that filters are packed for all of them; at most CGRT_ROWS, and no more than
 * CGRT_ROWS_NOISE values of a channel. */
enum { CGRT_ROWS = 16, CGRT_ROWS_NOISE = 4096 };
void cgrt_feature_rows(const cgrt_run *run, uint32_t k, uint32_t y, uint32_t count);
#endif

/* Formats run->sums as pixels into run->row; returns the bytes of the row. */
uint32_t cgrt_format_row(const cgrt_run *run, uint32_t y);

/* Record k. */
static inline const uint8_t *cgrt_record(const cgrt_run *run, uint32_t k) { return run->layers + k * CGRT_LAYER_BYTES; }

/* The layer whose map layer k reads. */
uint32_t cgrt_source(const cgrt_run *run, uint32_t k);

/* Row y of the output of layer k: int8 values, or int32 for toRGB. */
void *cgrt_stage_row(const cgrt_run *run, uint32_t k, uint32_t y);

#endif
