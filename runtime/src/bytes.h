/* Reading little-endian fields, byte by byte: no alignment, no aliasing to think of. Compilers make one load of it. */
#ifndef CGRT_BYTES_H
#define CGRT_BYTES_H

#include "platform.h"

static inline uint32_t cgrt_u16(const uint8_t *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }

static inline uint32_t cgrt_u32(const uint8_t *p) { return cgrt_u16(p) | cgrt_u16(p + 2) << 16; }

static inline uint64_t cgrt_u64(const uint8_t *p) { return cgrt_u32(p) | (uint64_t)cgrt_u32(p + 4) << 32; }

static inline int32_t cgrt_i16(const uint8_t *p) { return (int32_t)(cgrt_u16(p) ^ 0x8000u) - 0x8000; }

/* Two's complement without an implementation-defined conversion. */
static inline int32_t cgrt_i32(const uint8_t *p) {
  uint32_t v = cgrt_u32(p);
  return v <= INT32_MAX ? (int32_t)v : -(int32_t)(UINT32_MAX - v) - 1;
}

/* Rounded up to a multiple of 8, of 4. Callers stay below 2^32 - 8. */
static inline uint32_t cgrt_al8(uint32_t n) { return (n + 7u) & ~7u; }
static inline uint32_t cgrt_al4(uint32_t n) { return (n + 3u) & ~3u; }

static inline uint32_t cgrt_min(uint32_t a, uint32_t b) { return a < b ? a : b; }
static inline uint32_t cgrt_max(uint32_t a, uint32_t b) { return a > b ? a : b; }

#endif
