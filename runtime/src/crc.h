/* CRC-32, the common reflected one: polynomial 0xEDB88320, start and final xor all ones. */
#ifndef CGRT_CRC_H
#define CGRT_CRC_H

#include "platform.h"

#define CGRT_CRC_START 0xFFFFFFFFu

/* Feeds bytes to a running value that began as CGRT_CRC_START; the check sum is its complement. */
uint32_t cgrt_crc_feed(uint32_t state, const uint8_t *bytes, size_t count);

static inline uint32_t cgrt_crc32(const uint8_t *bytes, size_t count) { return ~cgrt_crc_feed(CGRT_CRC_START, bytes, count); }

#endif
