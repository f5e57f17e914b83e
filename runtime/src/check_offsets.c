#include "check.h"

static uint32_t filters(const uint8_t *f, const uint8_t *l) {
  switch (cgrt_type(l)) {
    case CGRT_START: return cgrt_flags(l) & CGRT_DENSE ? cgrt_start_h(f) * cgrt_start_w(f) * cgrt_cout(l) : 0;
    case CGRT_UP2P: return 4 * cgrt_cout(l);
    default: return cgrt_cout(l);
  }
}

/* Bytes of each blob, 0 for those the layer does not have. */
static void blob_sizes(uint32_t bytes[CGRT_BLOBS], const uint8_t *f, const uint8_t *l) {
  uint32_t flags = cgrt_flags(l), cout = cgrt_cout(l), style_row = cgrt_al4(cgrt_style(f));
  uint32_t gains = !(flags & CGRT_GAIN) ? 0 : cgrt_type(l) == CGRT_TORGB ? cgrt_cin(l) : cout;
  uint32_t sbiases = flags & CGRT_SBIAS ? cout : 0;
  bytes[CGRT_WEIGHTS] = filters(f, l) * cgrt_filter_bytes(l);
  bytes[CGRT_PARAMS] = 8 * cout;
  bytes[CGRT_GAIN_W] = gains * style_row;
  bytes[CGRT_GAIN_P] = gains * 8;
  bytes[CGRT_SBIAS_W] = sbiases * style_row;
  bytes[CGRT_SBIAS_P] = sbiases * 8;
  bytes[CGRT_ENERGY] = flags & CGRT_DEMOD ? cout * cgrt_al4(cgrt_cin(l)) : 0;
  bytes[CGRT_STRENGTH] = flags & CGRT_NOISE ? cout * 2 : 0;
  bytes[CGRT_CONST] = cgrt_type(l) == CGRT_START ? cgrt_start_h(f) * cgrt_start_w(f) * cout : 0;
}

/* A blob is at most 2^28 bytes, so a position below 2^31 cannot wrap. */
int cgrt_check_offsets(uint32_t *position, const uint8_t *f, const uint8_t *l) {
  uint32_t bytes[CGRT_BLOBS];
  blob_sizes(bytes, f, l);
  for (uint32_t blob = 0; blob < CGRT_BLOBS; blob++) {
    if (cgrt_blob_offset(l, blob) != (bytes[blob] ? *position : 0)) return CGRT_E_OFFSET;
    *position = cgrt_al8(*position + bytes[blob]);
    if (*position > INT32_MAX) return CGRT_E_LIMIT;
  }
  return cgrt_end(l) == *position ? CGRT_OK : CGRT_E_OFFSET;
}
