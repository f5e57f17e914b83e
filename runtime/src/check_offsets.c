#include "check.h"

static uint32_t filters(const uint8_t *f, const uint8_t *l) {
  switch (cgrt_type(l)) {
    case CGRT_START: return cgrt_flags(l) & CGRT_DENSE ? cgrt_start_h(f) * cgrt_start_w(f) * cgrt_cout(l) : 0;
    case CGRT_UP2P: return 4 * cgrt_cout(l);
    default: return cgrt_cout(l);
  }
}

/* Bytes of a blob, 0 if the layer has none. */
static uint32_t blob_bytes(const uint8_t *f, const uint8_t *l, uint32_t blob) {
  uint32_t gain_rows = cgrt_type(l) == CGRT_TORGB ? cgrt_cin(l) : cgrt_cout(l);
  uint32_t style_row = cgrt_al4(cgrt_style(f)), flags = cgrt_flags(l), cout = cgrt_cout(l);
  switch (blob) {
    case CGRT_WEIGHTS: return filters(f, l) * cgrt_filter_bytes(l);
    case CGRT_PARAMS: return 8 * cout;
    case CGRT_GAIN_W: return flags & CGRT_GAIN ? gain_rows * style_row : 0;
    case CGRT_GAIN_P: return flags & CGRT_GAIN ? gain_rows * 8 : 0;
    case CGRT_SBIAS_W: return flags & CGRT_SBIAS ? cout * style_row : 0;
    case CGRT_SBIAS_P: return flags & CGRT_SBIAS ? cout * 8 : 0;
    case CGRT_ENERGY: return flags & CGRT_DEMOD ? cout * cgrt_al4(cgrt_cin(l)) : 0;
    case CGRT_STRENGTH: return flags & CGRT_NOISE ? cout * 2 : 0;
    default: return cgrt_type(l) == CGRT_START ? cgrt_start_h(f) * cgrt_start_w(f) * cout : 0;
  }
}

/* A blob is at most 2^28 bytes, so a position below 2^31 cannot wrap. */
int cgrt_check_offsets(uint32_t *position, const uint8_t *f, const uint8_t *l) {
  for (uint32_t blob = 0; blob < CGRT_BLOBS; blob++) {
    uint32_t bytes = blob_bytes(f, l, blob);
    if (cgrt_blob_offset(l, blob) != (bytes ? *position : 0)) return CGRT_E_OFFSET;
    *position = cgrt_al8(*position + bytes);
    if (*position > INT32_MAX) return CGRT_E_LIMIT;
  }
  return cgrt_end(l) == *position ? CGRT_OK : CGRT_E_OFFSET;
}
