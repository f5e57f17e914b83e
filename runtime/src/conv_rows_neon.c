#include "strips.h"

#if CGRT_NEON

#include <arm_neon.h>

/* Eight lanes are two vectors of sums. With the dot product instruction four products are one step of a lane. Without it products of
 * two steps meet in 16 bits, which they fit as no value is -128, and then in 32 bits: four vectors, with two sums of a lane. */

/* The next 16 values, zeros behind the last. */
static inline int8x16_t load16_neon(const int8_t *from, uint32_t left) {
  int8_t part[16] = {0};
  if (left >= 16) return vld1q_s8(from);
  for (uint32_t i = 0; i < left; i++) part[i] = from[i];
  return vld1q_s8(part);
}

static void widen_neon(uint8_t *to, const int8_t *from, uint32_t pixels, uint32_t count, uint32_t from_pitch, uint32_t to_pitch) {
  if (!from) {
    cgrt_zero(to, pixels * to_pitch);
  } else if (count == from_pitch && count == to_pitch) {
    cgrt_copy(to, from, pixels * count);
  } else {
    for (uint32_t p = 0; p < pixels; p++, to += to_pitch, from += from_pitch) {
      for (uint32_t i = 0; i < count; i += 16) vst1q_u8(to + i, vreinterpretq_u8_s8(load16_neon(from + i, count - i)));
    }
  }
}

/* Four of the lanes: columns of 32 bits of four rows. */
static void pack_half_neon(uint8_t *to, const int8_t *from, int filters, uint32_t pitch, uint32_t count) {
  for (uint32_t i = 0; i < count; i += 16) {
    uint32_t steps = (cgrt_min(count - i, 16) + 3) / 4;
    int32x4_t r[4];
    int32_t column[16];
    int32x4x4_t rows;
    for (int o = 0; o < 4; o++) {
      r[o] = vreinterpretq_s32_s8(o < filters ? load16_neon(from + (uint32_t)o * pitch + i, count - i) : vdupq_n_s8(0));
    }
    rows.val[0] = r[0], rows.val[1] = r[1], rows.val[2] = r[2], rows.val[3] = r[3];
    vst4q_s32(column, rows);
    for (uint32_t j = 0; j < steps; j++) vst1q_u8(to + 32 * j, vreinterpretq_u8_s32(vld1q_s32(column + 4 * j)));
    to += 32 * steps;
  }
}

static void pack_neon(uint8_t *to, const int8_t *from, uint32_t filters, uint32_t pitch, uint32_t count, int32_t *start) {
  (void)start;
  pack_half_neon(to, from, (int)filters, pitch, count);
  pack_half_neon(to + 16, from + 4 * pitch, (int)filters - 4, pitch, count);
}

static inline int8x16_t load_packed_neon(const uint8_t *packed) { return vreinterpretq_s8_u8(vld1q_u8(packed)); }

static inline int8x16_t broadcast_neon(const uint8_t *window) {
  return vreinterpretq_s8_s32(vld1q_dup_s32((const int32_t *)(const void *)window)); /* a window's values are 4-byte aligned */
}

#if defined(__ARM_FEATURE_DOTPROD)

/* The instruction broadcasts by itself. */
static inline int8x8_t step_neon(const uint8_t *window) {
  uint32_t values;
  __builtin_memcpy(&values, window, 4);
  return vcreate_s8(values);
}

/* Eight pixels of a tile. */
static void sum_pixels_neon(const cgrt_tile *t, uint32_t first) {
  const size_t pitch = t->pixel_bytes;
  int32_t *sums = t->sums + 8 * first;
  int32x4_t acc[16];
  CGRT_UNROLL(16)
  for (int p = 0; p < 16; p++) acc[p] = t->add ? vld1q_s32(sums + 4 * p) : vdupq_n_s32(0);
  for (uint32_t r = 0; r < t->rows; r++) {
    const uint8_t *packed = t->packed + r * t->packed_bytes, *window = t->window + r * t->row_bytes + first * pitch;
    for (uint32_t i = 0; i < t->steps; i++, packed += 32, window += 4) {
      const int8x16_t low = load_packed_neon(packed), high = load_packed_neon(packed + 16);
      CGRT_UNROLL(8)
      for (int p = 0; p < 8; p++) {
        const int8x8_t values = step_neon(window + (size_t)p * pitch);
        acc[2 * p] = vdotq_lane_s32(acc[2 * p], low, values, 0);
        acc[2 * p + 1] = vdotq_lane_s32(acc[2 * p + 1], high, values, 0);
      }
    }
  }
  CGRT_UNROLL(16)
  for (int p = 0; p < 16; p++) vst1q_s32(sums + 4 * p, acc[p]);
}

static void sum_neon(const cgrt_tile *t) {
  for (uint32_t p = 0; p < t->pixels; p += 8) sum_pixels_neon(t, p);
}

#else

/* Two steps of a pixel against eight lanes. */
static inline void add_steps_neon(int32x4_t *acc, const int8x16_t *w, int8x16_t v0, int8x16_t v1) {
  acc[0] = vpadalq_s16(acc[0], vmlal_s8(vmull_s8(vget_low_s8(w[0]), vget_low_s8(v0)), vget_low_s8(w[2]), vget_low_s8(v1)));
  acc[1] = vpadalq_s16(acc[1], vmlal_high_s8(vmull_high_s8(w[0], v0), w[2], v1));
  acc[2] = vpadalq_s16(acc[2], vmlal_s8(vmull_s8(vget_low_s8(w[1]), vget_low_s8(v0)), vget_low_s8(w[3]), vget_low_s8(v1)));
  acc[3] = vpadalq_s16(acc[3], vmlal_high_s8(vmull_high_s8(w[1], v0), w[3], v1));
}

/* Four pixels of a tile. */
static void sum_pixels_neon(const cgrt_tile *t, uint32_t first) {
  const size_t pitch = t->pixel_bytes;
  int32_t *sums = t->sums + 8 * first;
  int32x4_t acc[16];
  CGRT_UNROLL(16)
  for (int p = 0; p < 16; p++) acc[p] = vdupq_n_s32(0);
  for (uint32_t r = 0; r < t->rows; r++) {
    const uint8_t *packed = t->packed + r * t->packed_bytes, *window = t->window + r * t->row_bytes + first * pitch;
    for (uint32_t i = 0; i < t->steps; i += 2, packed += 64, window += 8) {
      int8x16_t w[4] = {load_packed_neon(packed), load_packed_neon(packed + 16), load_packed_neon(packed + 32), load_packed_neon(packed + 48)};
      if (i + 1 == t->steps) w[2] = w[3] = vdupq_n_s8(0); /* an odd last step; what lies behind it may be anything */
      CGRT_UNROLL(4)
      for (int p = 0; p < 4; p++) {
        const uint8_t *at = window + (size_t)p * pitch;
        add_steps_neon(acc + 4 * p, w, broadcast_neon(at), broadcast_neon(at + 4));
      }
    }
  }
  CGRT_UNROLL(8)
  for (int p = 0; p < 8; p++) {
    int32x4_t sum = vpaddq_s32(acc[2 * p], acc[2 * p + 1]);
    vst1q_s32(sums + 4 * p, t->add ? vaddq_s32(sum, vld1q_s32(sums + 4 * p)) : sum);
  }
}

static void sum_neon(const cgrt_tile *t) {
  for (uint32_t p = 0; p < t->pixels; p += 4) sum_pixels_neon(t, p);
}

#endif

/* Four of the lanes. sqrdmulh is the requantisation: (2 * u * q + 2^31) >> 32. */
static inline int16x4_t finish_half_neon(const cgrt_finish *f, uint32_t p, uint32_t lane) {
  int32x4_t u = vaddq_s32(vld1q_s32(f->sums[0] + 8 * p + lane), vld1q_s32(f->bias + lane)), q;
  if (f->sums[1]) u = vaddq_s32(u, vaddq_s32(vld1q_s32(f->sums[1] + 8 * p + lane), vld1q_s32(f->sums[2] + 8 * p + lane)));
  if (f->noise) u = vmlaq_n_s32(u, vld1q_s32(f->strength + lane), f->noise[p * f->noise_pitch]);
  q = vbslq_s32(vcgezq_s32(u), vld1q_s32(f->up + lane), vld1q_s32(f->down + lane));
  u = vqrdmulhq_s32(vshlq_s32(u, vdupq_n_s32((int32_t)f->shift)), vshrq_n_s32(q, 1));
  return vmovn_s32(vminq_s32(vmaxq_s32(u, vdupq_n_s32(-127)), vdupq_n_s32(127)));
}

static void finish_neon(const cgrt_finish *f) {
  for (uint32_t p = 0; p < f->pixels; p++) {
    int8x8_t bytes = vmovn_s16(vcombine_s16(finish_half_neon(f, p, 0), finish_half_neon(f, p, 4)));
    int8_t *out = f->out + p * f->out_pitch, part[8];
    if (f->lanes == 8) {
      vst1_s8(out, bytes);
    } else {
      vst1_s8(part, bytes);
      for (uint32_t i = 0; i < f->lanes; i++) out[i] = part[i];
    }
  }
}

void cgrt_conv_rows_neon(const cgrt_conv *rows, uint32_t count) {
  static const cgrt_lanes machine = {8, 4, 8, widen_neon, pack_neon, cgrt_unpack_part, sum_neon, finish_neon};
  cgrt_conv_strips(rows, count, &machine);
}

#else
typedef char cgrt_no_conv_rows_neon;
#endif
