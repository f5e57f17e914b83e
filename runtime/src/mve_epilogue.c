#include "cortex_m.h"

#if CGRT_MVE
#include <arm_mve.h>

/* A number that the compiler does not keep in a vector between the turns of a loop: saving that vector would take stack. */
static inline int32x4_t mve_all(int32_t value) {
  __asm__ volatile("" : "+r"(value));
  return vdupq_n_s32(value);
}

/* Four columns at a time. Doubling multiply-high with rounding is cgrt_rq; it cannot saturate, as the multiplier is below 2^30. */
void cgrt_mve_epilogue_row(const cgrt_target *t, uint32_t o) {
  const int32_t *sums = t->sums;
  const int8_t *noise = t->noise ? t->noise : (const int8_t *)sums; /* none: anything, times 0 */
  int32_t strength = cgrt_strength(t, o);
  uint32_t cout = t->cout;
  int8_t *out = t->out + o;
  for (int32_t left = (int32_t)t->width; left > 0; left -= 4, sums += 4, noise += 4, out += 4 * cout) {
    mve_pred16_t lanes = vctp32q((uint32_t)left);
    int32x4_t u = vaddq_n_s32(vldrwq_z_s32(sums, lanes), t->channels[o].bias), q;
    u = vmlaq_n_s32(u, vldrbq_z_s32(noise, lanes), strength);
    q = vpselq_s32(mve_all(t->channels[o].up), mve_all(t->channels[o].down), vcmpgeq_n_s32(u, 0));
    u = vqrdmulhq_s32(vshlq_r_s32(u, (int32_t)t->shift), q);
    u = vmaxq_s32(vminq_s32(u, mve_all(127)), mve_all(-127));
    vstrbq_scatter_offset_p_s32(out, vmulq_n_u32(vidupq_n_u32(0, 1), cout), u, lanes);
  }
}

#else
typedef int cgrt_no_mve_epilogue; /* ISO C wants a declaration in every file */
#endif
