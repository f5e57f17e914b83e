#include "mve.h"

#if CGRT_MVE
#include <arm_mve.h>

/* A number that the compiler does not keep in a vector between the turns of a loop: saving that vector would take stack. */
static inline int32x4_t mve_all(int32_t value) {
  __asm__ volatile("" : "+r"(value));
  return vdupq_n_s32(value);
}

/* Four columns at a time. Doubling multiply-high with rounding is cgrt_rq; it cannot saturate, as the multiplier is below 2^30. */
void cgrt_mve_epilogue(const cgrt_target *t, uint32_t o, uint32_t first, uint32_t step) {
  const int8_t *noise = t->noise ? t->noise + first : (const int8_t *)t->sums; /* none: anything, times 0 */
  const int32_t *sums = t->sums;
  int32_t strength = cgrt_strength(t, o), left = (int32_t)(t->width / step);
  uint32_t stride = step * t->cout;
  int8_t *out = t->out + first * t->cout + o;
  for (; left > 0; left -= 4, sums += 4, noise += 4 * step, out += 4 * stride) {
    mve_pred16_t lanes = vctp32q((uint32_t)left);
    uint32x4_t four = vidupq_n_u32(0, 1);
    int32x4_t u = vldrwq_z_s32(sums, lanes), q = vldrbq_gather_offset_z_s32(noise, vmulq_n_u32(four, step), lanes);
    u = vmlaq_n_s32(vaddq_n_s32(u, t->channels[o].bias), q, strength);
    q = vpselq_s32(mve_all(t->channels[o].up), mve_all(t->channels[o].down), vcmpgeq_n_s32(u, 0));
    u = vqrdmulhq_s32(vshlq_r_s32(u, (int32_t)t->shift), q);
    u = vmaxq_s32(vminq_s32(u, mve_all(127)), mve_all(-127));
    vstrbq_scatter_offset_p_s32(out, vmulq_n_u32(four, stride), u, lanes);
  }
}

#else
typedef int cgrt_no_mve_epilogue; /* ISO C wants a declaration in every file */
#endif
