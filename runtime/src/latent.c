#include "file.h"
#include "random.h"

int cgrt_latent(const cgrt_model *model, uint64_t seed, int16_t *out, size_t count) {
  if (!model || !model->base || !out) return CGRT_E_NULL;
  if (count != cgrt_latent_size(model->base)) return CGRT_E_OPTION;
  for (uint32_t i = 0; i < count; i++) out[i] = (int16_t)cgrt_g12(seed, CGRT_STREAM_LATENT, i);
  return CGRT_OK;
}
