#include "check.h"

/* Bytes of each blob; one that the layer does not have gets 0 rows. A START that is not dense has filters of no elements. */
static void blob_sizes(uint32_t bytes[CGRT_BLOBS], const uint8_t *f, const uint8_t *l) {
  uint32_t cout = cgrt_cout(l), style_row = cgrt_al4(cgrt_style(f));
  uint32_t start = cgrt_type(l) == CGRT_START ? cgrt_start_h(f) * cgrt_start_w(f) * cout : 0;
  uint32_t filters = start ? start : cgrt_type(l) == CGRT_UP2P ? 4 * cout : cout;
  uint32_t gains = cgrt_has(l, CGRT_GAIN) * (cgrt_type(l) == CGRT_TORGB ? cgrt_cin(l) : cout);
  uint32_t sbiases = cgrt_has(l, CGRT_SBIAS) * cout;
  bytes[CGRT_WEIGHTS] = filters * cgrt_filter_bytes(l);
  bytes[CGRT_PARAMS] = 8 * cout;
  bytes[CGRT_GAIN_W] = gains * style_row;
  bytes[CGRT_GAIN_P] = gains * 8;
  bytes[CGRT_SBIAS_W] = sbiases * style_row;
  bytes[CGRT_SBIAS_P] = sbiases * 8;
  bytes[CGRT_ENERGY] = cgrt_has(l, CGRT_DEMOD) * cout * cgrt_al4(cgrt_cin(l));
  bytes[CGRT_STRENGTH] = cgrt_has(l, CGRT_NOISE) * cout * 2;
  bytes[CGRT_CONST] = start;
}

/* A layer has less than 2^29 bytes, so a position below 2^31 cannot wrap. */
int cgrt_check_offsets(uint32_t *position, const uint8_t *f, const uint8_t *l) {
  uint32_t bytes[CGRT_BLOBS], at = *position;
  blob_sizes(bytes, f, l);
  for (uint32_t blob = 0; blob < CGRT_BLOBS; blob++) {
    if (cgrt_blob_offset(l, blob) != (bytes[blob] ? at : 0)) return CGRT_E_OFFSET;
    at = cgrt_al8(at + bytes[blob]);
  }
  *position = at;
  if (at > INT32_MAX) return CGRT_E_LIMIT;
  return cgrt_end(l) == at ? CGRT_OK : CGRT_E_OFFSET;
}
