#include "kernels.h"

#if CGRT_X86

#include "demod.h"
#include "x86.h"

static void ask_cpu(uint32_t leaf, uint32_t part, uint32_t *a, uint32_t *b, uint32_t *c) {
  uint32_t d;
  *a = leaf;
  *c = part;
  __asm__ volatile("cpuid" : "+a"(*a), "=b"(*b), "+c"(*c), "=d"(d));
}

static int has_bits(uint32_t value, uint32_t bits) { return (value & bits) == bits; }

/* What the CPU has and the system saves when it switches threads. On virtual machines cpuid takes microseconds. */
uint32_t cgrt_cpu_features(void) {
  uint32_t a, b, c, states, high, found = 0;
  ask_cpu(1, 0, &a, &b, &c);
  if (!has_bits(c, 3u << 27)) return 0; /* AVX, and xgetbv may be used */
  __asm__ volatile("xgetbv" : "=a"(states), "=d"(high) : "c"(0));
  ask_cpu(7, 0, &a, &b, &c);
  if (!has_bits(states, 0x06) || !has_bits(b, 1u << 5)) return 0;
  if (has_bits(states, 0xE6) && has_bits(b, 1u << 16 | 1u << 30 | 1u << 31) && has_bits(c, 1u << 11)) found |= CGRT_VNNI;
  ask_cpu(7, a ? 1 : 0, &a, &b, &c); /* the first part told how many there are */
  if (has_bits(a, 1u << 4)) found |= CGRT_AVXVNNI;
  return found | CGRT_AVX2;
}

void cgrt_conv_rows_c(const cgrt_conv *rows, uint32_t count) {
  while (count--) cgrt_conv_row_c(rows++);
}

void cgrt_dense_rows_c(int32_t *sums, const int8_t *weights, uint32_t pitch, uint32_t count, const int8_t *values, uint32_t n) {
  for (uint32_t i = 0; i < count; i++) sums[i] = cgrt_dense_row_c(weights + i * pitch, values, n);
}

void cgrt_norms_c(uint32_t *norms, const uint8_t *energies, uint32_t pitch, uint32_t count, const int16_t *gains, uint32_t n) {
  for (uint32_t i = 0; i < count; i++, energies += pitch) norms[i] = cgrt_isqrt((cgrt_energy(gains, energies, n) >> 8) + 1);
}

static const cgrt_kernels sets[] = {
    {"avx512-vnni", CGRT_VNNI, cgrt_conv_rows_vnni, cgrt_dense_row_avx2, cgrt_dense_rows_vnni, cgrt_norms_avx2,
     cgrt_dense_values_vnni, cgrt_channels_vnni, cgrt_finish_vnni, cgrt_rgb_row_vnni, cgrt_fill_noise_vnni},
    {"avx-vnni", CGRT_AVXVNNI, cgrt_conv_rows_avxvnni, cgrt_dense_row_avx2, cgrt_dense_rows_avx2, cgrt_norms_avx2,
     cgrt_dense_values_c, cgrt_channels_c, cgrt_finish_avx2, cgrt_rgb_row_avx2, cgrt_fill_noise_avx2},
    {"avx2", CGRT_AVX2, cgrt_conv_rows_avx2, cgrt_dense_row_avx2, cgrt_dense_rows_avx2, cgrt_norms_avx2,
     cgrt_dense_values_c, cgrt_channels_c, cgrt_finish_avx2, cgrt_rgb_row_avx2, cgrt_fill_noise_avx2},
    {"portable", 0, cgrt_conv_rows_c, cgrt_dense_row_c, cgrt_dense_rows_c, cgrt_norms_c,
     cgrt_dense_values_c, cgrt_channels_c, 0, cgrt_rgb_row_c, cgrt_fill_noise_c},
};

const cgrt_kernels *cgrt_kernel_set(uint32_t index, uint32_t features) {
  for (uint32_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    if (has_bits(features, sets[i].needs) && index-- == 0) return &sets[i];
  }
  return 0;
}

#else
typedef char cgrt_no_kernel_sets; /* ISO C wants a declaration in every file */
#endif
