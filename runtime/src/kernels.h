/* The kernels: the inner loops of drawing, one call per row of a layer. Maps are [row][x][channel].
 *
 * A kernel set implements all of them: cgrt_conv_row_c, cgrt_dense_row_c, ... are the portable set, the ending names the set.
 * Every set gives the same bytes: sums are exact int32, in any order. Where the compiler's target decides (ARM, WebAssembly),
 * CGRT_KERNEL is the function itself and what is not called costs nothing. On x86-64 cgrt_open asks the CPU
 * and notes the answer in the model; cgrt_generate keeps a table of functions in its cgrt_run. CGRT_PORTABLE leaves nothing but the portable set. */
#ifndef CGRT_KERNELS_H
#define CGRT_KERNELS_H

#include "machine.h"
#include "run.h"

/* What a convolution reads for one output row: [x][channel] each. */
typedef struct cgrt_window {
  const int8_t *rows[3]; /* the input rows under the filter's rows (UP2P has two); NULL: zeros */
  uint32_t width, cin;   /* of the input rows */
} cgrt_window;

/* The row that is made, and what turns sums into its values. */
typedef struct cgrt_target {
  int8_t *out; /* [width][cout] */
  uint32_t width, cout;
  const cgrt_channel *channels; /* [cout] */
  const int8_t *noise;          /* [width]; NULL: none */
  const uint8_t *strengths;     /* of the noise: int16[cout] */
  uint32_t shift;
  int32_t *sums; /* scratch: [width] */
} cgrt_target;

/* One row of CONV3, UP3 or UP2P. */
typedef struct cgrt_conv {
  cgrt_target to; /* an up layer makes a row twice as wide as the window */
  cgrt_window window;
  uint32_t type;
  /* Filter o is at filters[0] + o * pitch as it lies in the file, [ky][kx][cin], `elements` of 8, 6 or 4 bits. UP2P: filters[0]
   * and filters[1] are those of the even and the odd columns of this row. Nothing behind the last one may be read. */
  const uint8_t *filters[2];
  uint32_t pitch, elements, bits;
  int8_t *unpacked; /* scratch for one filter, if bits < 8 */
  /* Scratch, 8-byte aligned: what the maps leave free. With wide_rows at least 6 * width * cin bytes of the window for a layer that
   * reads a whole map; anything from none for others. */
  void *scratch;
  uint32_t scratch_bytes;
} cgrt_conv;

/* One row of a toRGB: rgb += the colours of the features. */
typedef struct cgrt_colours {
  int32_t *rgb;           /* [width][count] */
  const int8_t *features; /* [width][cin] */
  const int16_t *weights; /* folded, within +-16384: [count][cin] */
  int32_t bias[3], multiplier[3];
  uint32_t count; /* 1 or 3 */
  uint32_t width, cin, shift;
} cgrt_colours;

/* The functions of a set:
 * conv_row    to.out[x][o] = the 8-bit value of sum, bias and noise, for all x and o. Sets with vectors bring conv_rows instead:
 *             several rows of one layer that share their filters (of UP2P all even or all odd ones).
 * dense_row   the inner product of n weights and values.
 * rgb_row     as above.
 * fill_noise  noise[x] = the 8-bit sample `index` + x of the stream, 0 <= x < width. */
#define CGRT_DECLARE_KERNELS(set)                                                                     \
  void cgrt_conv_row_##set(const cgrt_conv *conv);                                                    \
  void cgrt_conv_rows_##set(const cgrt_conv *rows, uint32_t count);                                   \
  int32_t cgrt_dense_row_##set(const int8_t *weights, const int8_t *values, uint32_t n);              \
  void cgrt_rgb_row_##set(const cgrt_colours *colours);                                               \
  void cgrt_fill_noise_##set(int8_t *noise, uint64_t seed, uint32_t stream, uint32_t index, uint32_t width);

CGRT_DECLARE_KERNELS(c)

#if CGRT_X86

/* And for x86-64, where a picture is so quick that the style and the tables count:
 * dense_rows  sums[i] = the inner product of n values and row i of the weights, rows `pitch` bytes apart.
 * norms       norms[i] = what cgrt_normed divides by for row i of the energies with n gains, within +-32767; n <= 1024.
 * dense_values  sums with biases and multipliers by sign become values, not yet saturated; params are rows of a blob.
 * channels    the table of `count` channels, at most CGRT_BLOCK, of layer l.
 * finish      sums of 16 lanes become values, strips.h; NULL: there are no lanes. */
#define CGRT_DECLARE_ROWS(set)                                                                                                        \
  void cgrt_dense_rows_##set(int32_t *sums, const int8_t *weights, uint32_t pitch, uint32_t count, const int8_t *values, uint32_t n); \
  void cgrt_norms_##set(uint32_t *norms, const uint8_t *energies, uint32_t pitch, uint32_t count, const int16_t *gains, uint32_t n);

/* What the style says about the channels of a block: their gains, how far their biases move, their norms. */
typedef struct cgrt_styled {
  int32_t gain[CGRT_BLOCK], moved[CGRT_BLOCK];
  uint32_t norm[CGRT_BLOCK];
} cgrt_styled;

#define CGRT_DECLARE_TABLES(set)                                                                                             \
  void cgrt_dense_values_##set(int32_t *values, uint32_t count, const uint8_t *params, uint32_t shift, int32_t slope);      \
  void cgrt_channels_##set(cgrt_channel *to, uint32_t count, const uint8_t *params, const cgrt_styled *styled, const uint8_t *l);

CGRT_DECLARE_ROWS(c)
CGRT_DECLARE_TABLES(c)

struct cgrt_finish;

struct cgrt_kernels {
  const char *name;
  uint32_t needs; /* of the CPU, x86.h */
  void (*conv_rows)(const cgrt_conv *rows, uint32_t count);
  int32_t (*dense_row)(const int8_t *weights, const int8_t *values, uint32_t n);
  void (*dense_rows)(int32_t *sums, const int8_t *weights, uint32_t pitch, uint32_t count, const int8_t *values, uint32_t n);
  void (*norms)(uint32_t *norms, const uint8_t *energies, uint32_t pitch, uint32_t count, const int16_t *gains, uint32_t n);
  void (*dense_values)(int32_t *values, uint32_t count, const uint8_t *params, uint32_t shift, int32_t slope);
  void (*channels)(cgrt_channel *to, uint32_t count, const uint8_t *params, const cgrt_styled *styled, const uint8_t *l);
  void (*finish)(const struct cgrt_finish *finish);
  void (*rgb_row)(const cgrt_colours *colours);
  void (*fill_noise)(int8_t *noise, uint64_t seed, uint32_t stream, uint32_t index, uint32_t width);
};
#define CGRT_KERNEL(run, kernel) (run)->kernels->kernel

/* Bits of what the CPU has, x86.h. */
uint32_t cgrt_cpu_features(void);

/* Row y of a START, for sets with lanes. */
void cgrt_start_lanes(const cgrt_run *run, const uint8_t *layer, const cgrt_target *target, uint32_t y);

/* Of the sets that a CPU with these features can run: 0 is the fastest, the last the portable one; NULL behind it. */
const cgrt_kernels *cgrt_kernel_set(uint32_t index, uint32_t features);

#elif CGRT_NEON
CGRT_DECLARE_KERNELS(neon)
#define CGRT_KERNEL(run, kernel) cgrt_##kernel##_neon
#define cgrt_fill_noise_neon cgrt_fill_noise_c
#elif CGRT_WASM
CGRT_DECLARE_KERNELS(wasm)
#define CGRT_KERNEL(run, kernel) cgrt_##kernel##_wasm
#define cgrt_fill_noise_wasm cgrt_fill_noise_c
#elif CGRT_CORTEX_M
CGRT_DECLARE_KERNELS(m)
#define CGRT_KERNEL(run, kernel) cgrt_##kernel##_m
#else
#define CGRT_KERNEL(run, kernel) cgrt_##kernel##_c
#endif

/* For kernels: a filter of `count` elements, as it is or unpacked to `to`. */
const int8_t *cgrt_unpack(int8_t *to, const uint8_t *packed, uint32_t count, uint32_t bits);

/* Filter `index` of those in filters[phase]. */
static inline const int8_t *cgrt_conv_filter(const cgrt_conv *c, uint32_t phase, uint32_t index) {
  return cgrt_unpack(c->unpacked, c->filters[phase] + index * c->pitch, c->elements, c->bits);
}

/* Channel o of a target from target->sums: bias, noise times strength, multiplier by sign, saturation. */
void cgrt_epilogue_row(const cgrt_target *target, uint32_t o);

/* Of the noise in channel o. */
static inline int32_t cgrt_strength(const cgrt_target *target, uint32_t o) {
  return target->noise ? cgrt_i16(target->strengths + 2 * o) : 0;
}

#endif
