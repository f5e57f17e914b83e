#include "check.h"

/* The flags that each type may carry; MAP none. */
static int flags_ok(const uint8_t *l) {
  static const uint8_t allowed[7] = {
      0, 0, CGRT_GAIN | CGRT_SBIAS | CGRT_NOISE | CGRT_DENSE, CGRT_GAIN | CGRT_SBIAS | CGRT_DEMOD | CGRT_NOISE,
      CGRT_GAIN | CGRT_SBIAS | CGRT_DEMOD | CGRT_NOISE, CGRT_GAIN | CGRT_SBIAS | CGRT_DEMOD | CGRT_NOISE, CGRT_GAIN};
  return (cgrt_flags(l) & ~(uint32_t)allowed[cgrt_type(l)]) == 0;
}

/* Does the layer read what the one before it writes? toRGB leaves the map as it is. */
static int shape_ok(cgrt_grammar *s, const uint8_t *f, const uint8_t *l) {
  uint32_t reads = s->width;
  if (cgrt_type(l) == CGRT_TORGB) return cgrt_cin(l) == reads && cgrt_cout(l) == cgrt_channels(f);
  s->width = cgrt_cout(l);
  if (cgrt_type(l) != CGRT_START) return cgrt_cin(l) == reads;
  return reads == cgrt_style(f) && cgrt_cin(l) == (cgrt_flags(l) & CGRT_DENSE ? reads : 0);
}

static int check_layer(cgrt_grammar *s, const uint8_t *f, const uint8_t *l) {
  int status;
  if (l[15] != 0 || cgrt_u64(l + 56) != 0) return CGRT_E_RESERVED;
  if (cgrt_type(l) < CGRT_MAP || cgrt_type(l) > CGRT_TORGB) return CGRT_E_LAYER;
  if (!flags_ok(l)) return CGRT_E_FLAGS;
  if ((status = cgrt_check_grammar(s, f, l)) != CGRT_OK) return status;
  if ((status = cgrt_check_fields(l)) != CGRT_OK) return status;
  if (!shape_ok(s, f, l)) return CGRT_E_SHAPE;
  if ((status = cgrt_check_overflow(f, l)) != CGRT_OK) return status;
  return cgrt_check_offsets(&s->position, f, l);
}

int cgrt_check_layers(const uint8_t *f) {
  cgrt_grammar s;
  cgrt_zero(&s, sizeof s);
  s.width = cgrt_input_size(f);
  s.position = cgrt_al8(cgrt_off_centre(f) + cgrt_centre_rows(f) * cgrt_style(f));
  for (uint32_t k = 0; k < cgrt_layers(f); k++) {
    int status = check_layer(&s, f, cgrt_layer(f, k));
    if (status != CGRT_OK) return status;
  }
  return s.level + 1 == cgrt_levels(f) && s.rgb ? CGRT_OK : CGRT_E_GRAMMAR; /* toRGB needs a START before it */
}
