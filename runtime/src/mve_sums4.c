#include "cortex_m.h"

#if CGRT_MVE

/* Helium: 16 products of bytes and their sum in one instruction, exact in 32 bits. Written out for the loop that ends by itself: it counts in lr, and in its last turn vectors have only as many lanes as there are
 * elements left. Sums in r0, r2, r4, r6, pixels in r1, r3, r5, r7, the filter in r8. One load of weights serves four pixels. */
#define MVE_PIXEL(sum, at, q)          \
  "vldrb.u8 " q ", [" at "], #16\n\t"  \
  "vmladava.s8 " sum ", " q ", q0\n\t"

#define MVE_UNUSED __attribute__((unused)) /* by name */

__attribute__((naked)) void cgrt_m_sums4(const cgrt_m_window *window MVE_UNUSED, int32_t *sums MVE_UNUSED,
                                           int32_t at MVE_UNUSED) {
  __asm__ volatile(
      "push {r4-r11, lr}\n\t"
      "vmov.32 q3[0], r0\n\t" /* the stack is small */
      "vmov.32 q3[1], r1\n\t"
      "mov r11, r2\n\t"
      "ldrd r12, r10, [r0]\n\t"    /* rows, count */
      "ldrd r8, r9, [r0, #8]\n\t"  /* filter, n */
      "movs r0, #0\n\t"
      "movs r2, #0\n\t"
      "movs r4, #0\n\t"
      "movs r6, #0\n"
      "1:\n\t"
      "vmov.32 lr, q3[0]\n\t"
      "ldr r1, [r12], #4\n\t"
      "ldr lr, [lr, #16]\n\t" /* cin */
      "add r1, r1, r11\n\t"
      "add r3, r1, lr\n\t"
      "add r5, r3, lr\n\t"
      "add r7, r5, lr\n\t"
      "dlstp.8 lr, r9\n"
      "2:\n\t"
      "vldrb.u8 q0, [r8], #16\n\t" MVE_PIXEL("r0", "r1", "q1") MVE_PIXEL("r2", "r3", "q2") MVE_PIXEL("r4", "r5", "q1")
          MVE_PIXEL("r6", "r7", "q2")
      "letp lr, 2b\n\t"
      "vmov.32 lr, q3[0]\n\t"
      "ldr lr, [lr, #20]\n\t" /* skip */
      "add r8, r8, lr\n\t"
      "subs r10, r10, #1\n\t"
      "bne 1b\n\t"
      "vmov.32 r1, q3[0]\n\t"
      "vmov.32 lr, q3[1]\n\t"
      "ldr r1, [r1, #24]\n\t" /* step */
      "str r0, [lr]\n\t"
      "str r2, [lr, r1]\n\t"
      "add lr, lr, r1, lsl #1\n\t"
      "str r4, [lr]\n\t"
      "str r6, [lr, r1]\n\t"
      "pop {r4-r11, pc}");
}

#else
typedef int cgrt_no_mve_sums4; /* ISO C wants a declaration in every file */
#endif
