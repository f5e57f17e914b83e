/* What the runtime asks of its platform, and the only libc names it uses. */
#ifndef CGRT_PLATFORM_H
#define CGRT_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__)
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "cgrt needs a little-endian machine"
#endif
#elif defined(__BIG_ENDIAN__) || defined(__ARMEB__) || defined(__AARCH64EB__) || defined(__MIPSEB__)
#error "cgrt needs a little-endian machine"
#endif

/* C99 leaves >> of a negative number to the compiler; the arithmetic here needs the floor. */
typedef char cgrt_needs_arithmetic_shift[((-3) >> 1) == -2 ? 1 : -1];

/* Declared here, not included, so that a machine without a libc header builds too. */
void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);

static inline void cgrt_copy(void *to, const void *from, size_t bytes) { memcpy(to, from, bytes); }
static inline void cgrt_zero(void *to, size_t bytes) { memset(to, 0, bytes); }

#endif
