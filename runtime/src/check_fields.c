#include "check.h"

static int wbits_ok(const uint8_t *l) {
  uint32_t bits = cgrt_wbits(l), type = cgrt_type(l);
  int unpacked = type == CGRT_TORGB || (type == CGRT_START && !(cgrt_flags(l) & CGRT_DENSE));
  return bits == 8 || (!unpacked && (bits == 6 || bits == 4));
}

static int shifts_ok(const uint8_t *l) {
  uint32_t gain = cgrt_flags(l) & CGRT_GAIN ? 7 : 0, sbias = cgrt_flags(l) & CGRT_SBIAS ? 7 : 0;
  return cgrt_shift(l) <= 7 && cgrt_gain_shift(l) <= gain && cgrt_sbias_shift(l) <= sbias &&
         cgrt_sbias_up(l) <= (sbias ? 12u : 0u);
}

static int slope_ok(const uint8_t *l) {
  int32_t slope = cgrt_slope(l);
  if (cgrt_type(l) == CGRT_TORGB) return slope == 16384;
  return slope >= -16384 && slope <= 16384;
}

int cgrt_check_fields(const uint8_t *l) {
  uint32_t const_shift = cgrt_type(l) == CGRT_START ? 14 : 0;
  int widths_ok = cgrt_cout(l) >= 1 && cgrt_cout(l) <= 1024 && cgrt_cin(l) <= 1024;
  return wbits_ok(l) && shifts_ok(l) && slope_ok(l) && cgrt_const_shift(l) <= const_shift && widths_ok ? CGRT_OK : CGRT_E_LAYER;
}

/* The largest size of a layer's sum before bias and noise. Below 2^31 + 2^21: at most 9216 * 2^14, or 1024 * 2^21 for toRGB. */
static uint32_t largest_sum(const uint8_t *l) {
  uint32_t weight = cgrt_type(l) == CGRT_TORGB ? 21 : 6 + cgrt_wbits(l);
  uint32_t constant = cgrt_type(l) == CGRT_START ? 1u << (7 + cgrt_const_shift(l)) : 0;
  return constant + (cgrt_filter_elements(l) << weight);
}

/* sum << shift <= 2^29, written so that nothing is lost. */
static int sum_ok(uint32_t sum, uint32_t shift) { return sum <= 1u << 29 >> shift; }

int cgrt_check_overflow(const uint8_t *f, const uint8_t *l) {
  uint32_t style_sum = cgrt_style(f) << 14;
  return sum_ok(largest_sum(l), cgrt_shift(l)) && sum_ok(style_sum, cgrt_gain_shift(l)) &&
                 sum_ok(style_sum, cgrt_sbias_shift(l))
             ? CGRT_OK
             : CGRT_E_OVERFLOW;
}
