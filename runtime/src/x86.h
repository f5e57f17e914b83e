/* The x86-64 kernel sets. Every function says for itself which instructions it uses, so no file needs flags of its own. */
#ifndef CGRT_X86_H
#define CGRT_X86_H

#include "kernels.h"

/* Bits of cgrt_kernels.needs. VNNI is that of AVX-512, with its F, BW and VL; AVXVNNI the one without them. */
enum { CGRT_AVX2 = 1, CGRT_VNNI = 2, CGRT_AVXVNNI = 4 };

#define CGRT_TARGET_AVX2 __attribute__((target("avx2")))
#define CGRT_TARGET_VNNI __attribute__((target("avx2,avx512f,avx512bw,avx512vl,avx512vnni")))
#define CGRT_TARGET_AVXVNNI __attribute__((target("avx2,avxvnni")))

CGRT_DECLARE_KERNELS(avx2)
CGRT_DECLARE_ROWS(avx2)
CGRT_DECLARE_TABLES(vnni)
void cgrt_dense_rows_vnni(int32_t *sums, const int8_t *weights, uint32_t pitch, uint32_t count, const int8_t *values, uint32_t n);
void cgrt_conv_rows_avxvnni(const cgrt_conv *rows, uint32_t count);
void cgrt_fill_noise_vnni(int8_t *noise, uint64_t seed, uint32_t stream, uint32_t index, uint32_t width);
void cgrt_conv_rows_vnni(const cgrt_conv *rows, uint32_t count);
void cgrt_rgb_row_vnni(const cgrt_colours *colours);
void cgrt_finish_avx2(const struct cgrt_finish *finish);
void cgrt_finish_vnni(const struct cgrt_finish *finish);
void cgrt_unpack_avx2(int8_t *to, const uint8_t *packed, uint32_t first, uint32_t count, uint32_t bits);

#endif
