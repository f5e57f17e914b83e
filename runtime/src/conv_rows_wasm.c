#include "strips.h"

#if CGRT_WASM

#include <wasm_simd128.h>

/* i32x4.dot_i16x8_s multiplies 16-bit values and adds two products, exact. Eight lanes are two vectors of sums. */

/* The next eight values, widened; zeros behind the last. */
static inline v128_t load8_wasm(const int8_t *from, uint32_t left) {
  int8_t part[8] = {0};
  if (left >= 8) return wasm_i16x8_load8x8(from);
  for (uint32_t i = 0; i < left; i++) part[i] = from[i];
  return wasm_i16x8_load8x8(part);
}

static void widen_wasm(uint8_t *to, const int8_t *from, uint32_t pixels, uint32_t count, uint32_t from_pitch, uint32_t to_pitch) {
  for (uint32_t p = 0; p < pixels; p++, to += to_pitch) {
    for (uint32_t i = 0; i < count; i += 8) {
      wasm_v128_store(to + 2 * i, from ? load8_wasm(from + p * from_pitch + i, count - i) : wasm_i32x4_const_splat(0));
    }
  }
}

/* Four of the lanes: columns of 32 bits of four rows. */
static void pack_half_wasm(uint8_t *to, const int8_t *from, int filters, uint32_t pitch, uint32_t count) {
  for (uint32_t i = 0; i < count; i += 8) {
    uint32_t steps = (cgrt_min(count - i, 8) + 1) / 2;
    v128_t r[4], low[2], high[2];
    for (int o = 0; o < 4; o++) {
      r[o] = o < filters ? load8_wasm(from + (uint32_t)o * pitch + i, count - i) : wasm_i32x4_const_splat(0);
    }
    low[0] = wasm_i32x4_shuffle(r[0], r[1], 0, 4, 1, 5), low[1] = wasm_i32x4_shuffle(r[2], r[3], 0, 4, 1, 5);
    high[0] = wasm_i32x4_shuffle(r[0], r[1], 2, 6, 3, 7), high[1] = wasm_i32x4_shuffle(r[2], r[3], 2, 6, 3, 7);
    wasm_v128_store(to, wasm_i64x2_shuffle(low[0], low[1], 0, 2));
    if (steps > 1) wasm_v128_store(to + 32, wasm_i64x2_shuffle(low[0], low[1], 1, 3));
    if (steps > 2) wasm_v128_store(to + 64, wasm_i64x2_shuffle(high[0], high[1], 0, 2));
    if (steps > 3) wasm_v128_store(to + 96, wasm_i64x2_shuffle(high[0], high[1], 1, 3));
    to += 32 * steps;
  }
}

static void pack_wasm(uint8_t *to, const int8_t *from, uint32_t filters, uint32_t pitch, uint32_t count, int32_t *start) {
  (void)start;
  pack_half_wasm(to, from, (int)filters, pitch, count);
  pack_half_wasm(to + 16, from + 4 * pitch, (int)filters - 4, pitch, count);
}

/* Four pixels of a tile. */
static void sum_pixels_wasm(const cgrt_tile *t, uint32_t first) {
  const uint32_t pitch = t->pixel_bytes;
  int32_t *sums = t->sums + 8 * first;
  v128_t acc[8];
  CGRT_UNROLL(8)
  for (int p = 0; p < 8; p++) acc[p] = t->add ? wasm_v128_load(sums + 4 * p) : wasm_i32x4_const_splat(0);
  for (uint32_t r = 0; r < t->rows; r++) {
    const uint8_t *packed = t->packed + r * t->packed_bytes, *window = t->window + r * t->row_bytes + first * pitch;
    for (uint32_t i = 0; i < t->steps; i++, packed += 32, window += 4) {
      const v128_t low = wasm_v128_load(packed), high = wasm_v128_load(packed + 16);
      CGRT_UNROLL(4)
      for (uint32_t p = 0; p < 4; p++) {
        const v128_t values = wasm_v128_load32_splat(window + p * pitch);
        acc[2 * p] = wasm_i32x4_add(acc[2 * p], wasm_i32x4_dot_i16x8(values, low));
        acc[2 * p + 1] = wasm_i32x4_add(acc[2 * p + 1], wasm_i32x4_dot_i16x8(values, high));
      }
    }
  }
  CGRT_UNROLL(8)
  for (int p = 0; p < 8; p++) wasm_v128_store(sums + 4 * p, acc[p]);
}

static void sum_wasm(const cgrt_tile *t) {
  for (uint32_t p = 0; p < t->pixels; p += 4) sum_pixels_wasm(t, p);
}

/* (u * 2q + 2^31) >> 32: the upper halves of four 64-bit products. */
static inline v128_t rq_wasm(v128_t u, v128_t q) {
  const v128_t half = wasm_i64x2_const_splat(1ll << 31);
  v128_t low = wasm_i64x2_add(wasm_i64x2_extmul_low_i32x4(u, q), half);
  v128_t high = wasm_i64x2_add(wasm_i64x2_extmul_high_i32x4(u, q), half);
  return wasm_i32x4_shuffle(low, high, 1, 3, 5, 7);
}

/* Four of the lanes. */
static inline v128_t finish_half_wasm(const cgrt_finish *f, uint32_t p, uint32_t lane) {
  v128_t u = wasm_i32x4_add(wasm_v128_load(f->sums[0] + 8 * p + lane), wasm_v128_load(f->bias + lane)), q;
  if (f->sums[1]) {
    u = wasm_i32x4_add(u, wasm_v128_load(f->sums[1] + 8 * p + lane));
    u = wasm_i32x4_add(u, wasm_v128_load(f->sums[2] + 8 * p + lane));
  }
  if (f->noise) {
    v128_t noise = wasm_i32x4_splat(f->noise[p * f->noise_pitch]);
    u = wasm_i32x4_add(u, wasm_i32x4_mul(wasm_v128_load(f->strength + lane), noise));
  }
  q = wasm_v128_bitselect(wasm_v128_load(f->down + lane), wasm_v128_load(f->up + lane), wasm_i32x4_shr(u, 31));
  u = rq_wasm(wasm_i32x4_shl(u, f->shift), q);
  return wasm_i32x4_min(wasm_i32x4_max(u, wasm_i32x4_const_splat(-127)), wasm_i32x4_const_splat(127));
}

static void finish_wasm(const cgrt_finish *f) {
  for (uint32_t p = 0; p < f->pixels; p++) {
    v128_t words = wasm_i16x8_narrow_i32x4(finish_half_wasm(f, p, 0), finish_half_wasm(f, p, 4));
    v128_t bytes = wasm_i8x16_narrow_i16x8(words, words);
    int8_t *out = f->out + p * f->out_pitch, part[16];
    if (f->lanes == 8) {
      wasm_v128_store64_lane(out, bytes, 0);
    } else {
      wasm_v128_store(part, bytes);
      for (uint32_t i = 0; i < f->lanes; i++) out[i] = part[i];
    }
  }
}

void cgrt_conv_rows_wasm(const cgrt_conv *rows, uint32_t count) {
  static const cgrt_lanes machine = {8, 2, 4, widen_wasm, pack_wasm, cgrt_unpack_part, sum_wasm, finish_wasm};
  cgrt_conv_strips(rows, count, &machine);
}

#else
typedef char cgrt_no_conv_rows_wasm;
#endif
