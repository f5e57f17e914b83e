#include "dsp.h"

#if CGRT_DSP

#define DSP_WIDEN(four)                \
  "sxtb16 r10, " four "\n\t"           \
  "sxtb16 r11, " four ", ror #8\n\t"   \
  "strd r10, r11, [r0], #8\n\t"

/* Written out because filters are short: what surrounds the loops counts. */
__attribute__((naked)) void cgrt_dsp_spread(cgrt_word *to CGRT_DSP_UNUSED, const int8_t *from CGRT_DSP_UNUSED,
                                            const cgrt_dsp_grid *grid CGRT_DSP_UNUSED) {
  __asm__ volatile(
      "push {r4-r11, lr}\n\t"
      "ldm r2, {r2-r6}\n" /* columns, rows, fours, gap, up */
      "1:\n\t"
      "mov r7, r2\n"
      "2:\n\t"
      "lsrs r8, r4, #1\n\t"
      "bcc 3f\n\t"
      "ldr r9, [r1], #4\n\t" DSP_WIDEN("r9")
      "cmp r8, #0\n\t"
      "beq 4f\n"
      "3:\n\t"
      "ldrd r9, r12, [r1], #8\n\t" DSP_WIDEN("r9") DSP_WIDEN("r12")
      "subs r8, r8, #1\n\t"
      "bne 3b\n"
      "4:\n\t"
      "add r0, r0, r5\n\t"
      "subs r7, r7, #1\n\t"
      "bne 2b\n\t"
      "add r0, r0, r6\n\t"
      "subs r3, r3, #1\n\t"
      "bne 1b\n\t"
      "pop {r4-r11, pc}");
}

#else
typedef int cgrt_no_dsp_spread; /* ISO C wants a declaration in every file */
#endif
