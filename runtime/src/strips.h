/* Convolutions for machines with vectors. The outputs of a layer lie side by side in the lanes of a vector; a pixel's values are
 * broadcast to all of them. Filters are packed for that, a few outputs and channels at a time, into memory on the stack. */
#ifndef CGRT_STRIPS_H
#define CGRT_STRIPS_H

#include "kernels.h"

/* Outputs at once, at most, and input pixels at once, of one row or of several. */
#if CGRT_X86
enum { CGRT_LANES = 16, CGRT_STRIP = 136 };
#else
enum { CGRT_LANES = 8, CGRT_STRIP = 72 };
#endif

enum {
  CGRT_TILE = 8,        /* a tile of sums may be this much larger than the pixels asked for */
  CGRT_CHUNK_BYTES = 64 /* of one pixel at once: 64 channels of 8 bits or 32 of 16 bits */
};

/* Sums of products of windows with packed filters: sums[pixel][lane] = start[lane] + sum over rows and steps, or added to what is
 * there. A step is four bytes of neighbouring values against [lane][four bytes] of filters. */
typedef struct cgrt_tile {
  int32_t *sums;
  const int32_t *start;
  const uint8_t *window; /* pixel p, row r: + p * pixel_bytes + r * row_bytes; behind it a step and more may be read */
  const uint8_t *packed; /* [step][lane][4], row r: + r * packed_bytes; the same */
  uint32_t pixels, rows, steps;
  uint32_t pixel_bytes, row_bytes, packed_bytes;
  int add;
} cgrt_tile;

/* Values of a row of sums: out[p * out_pitch + lane], lanes outputs of each. The row is one, or three to be added. */
typedef struct cgrt_finish {
  int8_t *out;
  const int32_t *sums[3]; /* sums[1] NULL: one */
  const int8_t *noise; /* of pixel p: [p * noise_pitch]; NULL: none */
  uint32_t pixels, lanes, out_pitch, noise_pitch, shift;
  int32_t bias[CGRT_LANES], strength[CGRT_LANES];
  int32_t up[CGRT_LANES], down[CGRT_LANES]; /* twice the multipliers: (u * 2q + 2^31) >> 32 is the same as (u * q + 2^30) >> 31 */
} cgrt_finish;

/* Channels, strengths and shift of outputs first .. first + lanes - 1, or fewer. */
void cgrt_open_finish(cgrt_finish *finish, const cgrt_target *target, uint32_t first, uint32_t lanes);

/* What a machine brings. */
typedef struct cgrt_lanes {
  uint32_t lanes;  /* of a vector, or of several that are used together */
  uint32_t values; /* in a step of four bytes: 4 of 8 bits or 2 of 16 bits */
  uint32_t tile;   /* a multiple of so many pixels is summed without any behind them */
  /* Values of `pixels` pixels, `from_pitch` bytes apart, to `to_pitch` apart. Up to 63 bytes behind the last may be overwritten, none
   * behind from's last be read. NULL: zeros. */
  void (*widen)(uint8_t *to, const int8_t *from, uint32_t pixels, uint32_t count, uint32_t from_pitch, uint32_t to_pitch);
  /* `count` values of each of `filters` filters, `pitch` bytes apart, to [step][lane][4]; filled up with zeros. Adds to start what the
   * form of the window's values asks for. */
  void (*pack)(uint8_t *to, const int8_t *from, uint32_t filters, uint32_t pitch, uint32_t count, int32_t *start);
  void (*unpack)(int8_t *to, const uint8_t *packed, uint32_t first, uint32_t count, uint32_t bits); /* as below */
  void (*sum)(const cgrt_tile *tile);
  void (*finish)(const cgrt_finish *finish);
} cgrt_lanes;

/* Elements first .. first + count - 1 of a packed filter of 6 or 4 bits. */
void cgrt_unpack_part(int8_t *to, const uint8_t *packed, uint32_t first, uint32_t count, uint32_t bits);

/* `count` rows of one layer, which share their filters: of UP2P all even or all odd ones. */
void cgrt_conv_strips(const cgrt_conv *rows, uint32_t count, const cgrt_lanes *machine);

#endif
