#include "check.h"
#include "crc.h"

static uint32_t head_crc(const uint8_t *f) {
  static const uint8_t zeros[4] = {0, 0, 0, 0};
  uint32_t state = cgrt_crc_feed(CGRT_CRC_START, f, 12);
  state = cgrt_crc_feed(state, zeros, sizeof zeros);
  return ~cgrt_crc_feed(state, f + 16, cgrt_head_bytes(f) - 16);
}

int cgrt_check_container(const uint8_t *f, size_t size) {
  uint32_t layers, groups;
  if (size < CGRT_HEADER_BYTES) return CGRT_E_TRUNCATED;
  if (cgrt_u32(f) != 0x1A4D4743u) return CGRT_E_MAGIC;
  if (cgrt_u16(f + 4) != 1) return CGRT_E_VERSION;
  if (cgrt_features(f) & ~(uint32_t)CGRT_FEATURE_TRUNC_Z) return CGRT_E_FEATURE;
  layers = cgrt_layers(f);
  groups = cgrt_groups(f);
  if (layers < 1 || layers > 64 || groups < 1 || groups > 10) return CGRT_E_HEADER;
  if (cgrt_head_bytes(f) != CGRT_HEADER_BYTES + CGRT_GROUP_BYTES * groups + CGRT_LAYER_BYTES * layers) return CGRT_E_HEADER;
  if (size < cgrt_head_bytes(f)) return CGRT_E_TRUNCATED;
  return head_crc(f) == cgrt_u32(f + 12) ? CGRT_OK : CGRT_E_HEAD_CRC;
}

/* start_h, start_w, levels, channels, rgb_first, rgb_up, map_layers, handover: least and largest. */
static int levels_ok(const uint8_t *f) {
  static const uint8_t range[8][2] = {{1, 16}, {1, 16}, {1, 10}, {1, 3}, {0, 9}, {0, 1}, {0, 8}, {0, 9}};
  for (unsigned i = 0; i < 8; i++) {
    if (f[24 + i] < range[i][0] || f[24 + i] > range[i][1]) return 0;
  }
  return cgrt_channels(f) != 2 && cgrt_rgb_first(f) + cgrt_groups(f) == cgrt_levels(f) && cgrt_handover(f) < cgrt_levels(f);
}

static int vectors_ok(const uint8_t *f) {
  uint32_t classes = cgrt_classes(f), rows = cgrt_centre_rows(f);
  return cgrt_latent_size(f) >= 1 && cgrt_input_size(f) <= 1024 && (classes == 0) == (cgrt_embed(f) == 0) &&
         cgrt_style(f) >= 1 && cgrt_style(f) <= 1024 && (rows == 1 || (classes > 0 && rows == classes));
}

static int offsets_ok(const uint8_t *f) {
  uint32_t head = cgrt_head_bytes(f), classes = cgrt_classes(f);
  return cgrt_off_embed(f) == (classes ? head : 0) && cgrt_off_centre(f) == cgrt_al8(head + classes * cgrt_embed(f));
}

int cgrt_check_header(const uint8_t *f) {
  if (cgrt_u16(f + 46) != 0 || cgrt_u32(f + 92) != 0) return CGRT_E_RESERVED;
  if (!levels_ok(f) || !vectors_ok(f)) return CGRT_E_HEADER;
  if (cgrt_max(cgrt_start_h(f), cgrt_start_w(f)) << (cgrt_levels(f) - 1) > 1024) return CGRT_E_LIMIT;
  return offsets_ok(f) ? CGRT_OK : CGRT_E_OFFSET;
}
