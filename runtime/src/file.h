/* Where things lie in a .cgm file: one accessor for every field and blob, nothing is copied. Valid once cgrt_open has checked
 * the file, except that the header and the layer table may be looked at as soon as `size` covers them. */
#ifndef CGRT_FILE_H
#define CGRT_FILE_H

#include "bytes.h"
#include "cgrt.h"

enum { CGRT_HEADER_BYTES = 96, CGRT_GROUP_BYTES = 16, CGRT_LAYER_BYTES = 64 };

enum { CGRT_FEATURE_TRUNC_Z = 1 };

enum { CGRT_MAP = 1, CGRT_START = 2, CGRT_CONV3 = 3, CGRT_UP3 = 4, CGRT_UP2P = 5, CGRT_TORGB = 6 };

enum { CGRT_GAIN = 1, CGRT_SBIAS = 2, CGRT_DEMOD = 4, CGRT_NOISE = 8, CGRT_DENSE = 16 };

/* The blobs of a layer, in the order in which they lie in the file and in the record. */
enum {
  CGRT_WEIGHTS, CGRT_PARAMS, CGRT_GAIN_W, CGRT_GAIN_P, CGRT_SBIAS_W, CGRT_SBIAS_P, CGRT_ENERGY, CGRT_STRENGTH, CGRT_CONST,
  CGRT_BLOBS
};

/* Header fields. */
static inline uint32_t cgrt_head_bytes(const uint8_t *f) { return cgrt_u32(f + 8); }
static inline uint32_t cgrt_file_bytes(const uint8_t *f) { return cgrt_u32(f + 16); }
static inline uint32_t cgrt_features(const uint8_t *f) { return cgrt_u32(f + 20); }
static inline uint32_t cgrt_start_h(const uint8_t *f) { return f[24]; }
static inline uint32_t cgrt_start_w(const uint8_t *f) { return f[25]; }
static inline uint32_t cgrt_levels(const uint8_t *f) { return f[26]; }
static inline uint32_t cgrt_channels(const uint8_t *f) { return f[27]; }
static inline uint32_t cgrt_rgb_first(const uint8_t *f) { return f[28]; }
static inline uint32_t cgrt_rgb_up(const uint8_t *f) { return f[29]; }
static inline uint32_t cgrt_map_layers(const uint8_t *f) { return f[30]; }
static inline uint32_t cgrt_handover(const uint8_t *f) { return f[31]; }
static inline uint32_t cgrt_latent_size(const uint8_t *f) { return cgrt_u16(f + 32); }
static inline uint32_t cgrt_embed(const uint8_t *f) { return cgrt_u16(f + 34); }
static inline uint32_t cgrt_classes(const uint8_t *f) { return cgrt_u16(f + 36); }
static inline uint32_t cgrt_style(const uint8_t *f) { return cgrt_u16(f + 38); }
static inline uint32_t cgrt_layers(const uint8_t *f) { return cgrt_u16(f + 40); }
static inline uint32_t cgrt_groups(const uint8_t *f) { return cgrt_u16(f + 42); }
static inline uint32_t cgrt_centre_rows(const uint8_t *f) { return cgrt_u16(f + 44); }
static inline uint64_t cgrt_noise_seed(const uint8_t *f) { return cgrt_u64(f + 48); }
static inline uint32_t cgrt_off_embed(const uint8_t *f) { return cgrt_u32(f + 56); }
static inline uint32_t cgrt_off_centre(const uint8_t *f) { return cgrt_u32(f + 60); }
static inline uint32_t cgrt_arena_field(const uint8_t *f) { return cgrt_u32(f + 88); }

/* Length of the vector that the mapping, or without mapping the style, starts from. */
static inline uint32_t cgrt_input_size(const uint8_t *f) { return cgrt_latent_size(f) + cgrt_embed(f); }

/* Group (quality) g. */
static inline const uint8_t *cgrt_group(const uint8_t *f, uint32_t g) { return f + CGRT_HEADER_BYTES + g * CGRT_GROUP_BYTES; }
static inline uint32_t cgrt_group_end(const uint8_t *f, uint32_t g) { return cgrt_u32(cgrt_group(f, g)); }
static inline uint32_t cgrt_group_crc(const uint8_t *f, uint32_t g) { return cgrt_u32(cgrt_group(f, g) + 4); }
static inline uint32_t cgrt_group_arena(const uint8_t *f, uint32_t g) { return cgrt_u32(cgrt_group(f, g) + 8); }
static inline uint32_t cgrt_group_reserved(const uint8_t *f, uint32_t g) { return cgrt_u32(cgrt_group(f, g) + 12); }

/* Layer record k, and its fields. */
static inline const uint8_t *cgrt_layer(const uint8_t *f, uint32_t k) {
  return cgrt_group(f, cgrt_groups(f)) + k * CGRT_LAYER_BYTES;
}
static inline uint32_t cgrt_type(const uint8_t *l) { return l[0]; }
static inline uint32_t cgrt_level(const uint8_t *l) { return l[1]; }
static inline uint32_t cgrt_wbits(const uint8_t *l) { return l[2]; }
static inline uint32_t cgrt_flags(const uint8_t *l) { return l[3]; }
static inline uint32_t cgrt_cin(const uint8_t *l) { return cgrt_u16(l + 4); }
static inline uint32_t cgrt_cout(const uint8_t *l) { return cgrt_u16(l + 6); }
static inline uint32_t cgrt_shift(const uint8_t *l) { return l[8]; }
static inline uint32_t cgrt_gain_shift(const uint8_t *l) { return l[9]; }
static inline uint32_t cgrt_sbias_shift(const uint8_t *l) { return l[10]; }
static inline uint32_t cgrt_sbias_up(const uint8_t *l) { return l[11]; }
static inline int32_t cgrt_slope(const uint8_t *l) { return cgrt_i16(l + 12); }
static inline uint32_t cgrt_const_shift(const uint8_t *l) { return l[14]; }
static inline uint32_t cgrt_blob_offset(const uint8_t *l, uint32_t blob) { return cgrt_u32(l + 16 + 4 * blob); }
static inline uint32_t cgrt_end(const uint8_t *l) { return cgrt_u32(l + 52); }

/* 1 if the layer has the flag, else 0. */
static inline uint32_t cgrt_has(const uint8_t *l, uint32_t flag) { return (cgrt_flags(l) & flag) / flag; }

static inline int cgrt_is_up(const uint8_t *l) { return cgrt_type(l) == CGRT_UP3 || cgrt_type(l) == CGRT_UP2P; }

/* A layer that reads a map and writes a map. */
static inline int cgrt_is_conv(const uint8_t *l) { return cgrt_type(l) == CGRT_CONV3 || cgrt_is_up(l); }

/* Elements of one filter (0 for a START that is not DENSE), and the bytes it occupies: sizes.c. */
uint32_t cgrt_filter_elements(const uint8_t *l);
uint32_t cgrt_filter_bytes(const uint8_t *l);

/* The first byte of a blob. */
static inline const uint8_t *cgrt_blob(const uint8_t *f, const uint8_t *l, uint32_t blob) {
  return f + cgrt_blob_offset(l, blob);
}

#endif
