#include "cortex_m.h"
#include "dsp.h"

#if CGRT_DSP

/* Without scratch both factors are widened as they are loaded. All registers again: four sums (r0-r3), four pixels (r4-r7), the filter
 * and the end of its row (r8, r9), two times two pairs; the rest lies on the stack. */
#define DSP_BYTES(sum, at)                 \
  "ldr lr, [" at "], #4\n\t"               \
  "sxtb16 r12, lr\n\t"                     \
  "sxtb16 lr, lr, ror #8\n\t"              \
  "smlad " sum ", r12, r10, " sum "\n\t"   \
  "smlad " sum ", lr, r11, " sum "\n\t"
#define DSP_FOUR_BYTES            \
  "ldr r11, [r8], #4\n\t"         \
  "sxtb16 r10, r11\n\t"           \
  "sxtb16 r11, r11, ror #8\n\t"   \
  DSP_BYTES("r0", "r4") DSP_BYTES("r1", "r5") DSP_BYTES("r2", "r6") DSP_BYTES("r3", "r7")

__attribute__((naked)) void cgrt_m_sums4(const cgrt_m_window *window CGRT_DSP_UNUSED, int32_t *sums CGRT_DSP_UNUSED,
                                         int32_t at CGRT_DSP_UNUSED) {
  __asm__ volatile(
      "push {r0-r2, r4-r11, lr}\n\t"
      "ldr r12, [r0]\n\t"    /* rows */
      "ldr r8, [r0, #8]\n\t" /* filter */
      "movs r0, #0\n\t"
      "movs r1, #0\n\t"
      "movs r2, #0\n\t"
      "movs r3, #0\n\t"
      "push {r12}\n" /* the row; behind it window, sums, at */
      "1:\n\t"
      "ldrd r12, lr, [sp]\n\t"
      "ldr r4, [r12], #4\n\t"
      "str r12, [sp]\n\t"
      "ldr r10, [sp, #12]\n\t"
      "ldrd r9, r11, [lr, #12]\n\t" /* n, cin */
      "add r4, r4, r10\n\t"
      "add r5, r4, r11\n\t"
      "add r6, r5, r11\n\t"
      "add r7, r6, r11\n\t"
      "lsls r10, r9, #29\n\t" /* an odd number of fours: into the middle */
      "add r9, r8, r9\n\t"
      "bmi 3f\n"
      "2:\n\t" DSP_FOUR_BYTES
      "3:\n\t" DSP_FOUR_BYTES
      "cmp r8, r9\n\t"
      "bne 2b\n\t"
      "ldrd r12, lr, [sp]\n\t"
      "ldr r9, [lr, #20]\n\t"     /* skip */
      "ldrd r10, r11, [lr]\n\t"   /* rows, count */
      "add r8, r8, r9\n\t"
      "add r10, r10, r11, lsl #2\n\t"
      "cmp r12, r10\n\t"
      "bne 1b\n\t"
      "ldr r12, [sp, #8]\n\t"
      "ldr lr, [lr, #24]\n\t" /* step */
      "str r0, [r12]\n\t"
      "str r1, [r12, lr]\n\t"
      "add r12, r12, lr, lsl #1\n\t"
      "str r2, [r12]\n\t"
      "str r3, [r12, lr]\n\t"
      "add sp, sp, #16\n\t"
      "pop {r4-r11, pc}");
}

#else
typedef int cgrt_no_dsp_bytes4; /* ISO C wants a declaration in every file */
#endif
