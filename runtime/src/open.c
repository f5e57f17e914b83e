#include "check.h"
#include "crc.h"
#include "kernels.h"

static uint32_t count_groups(const uint8_t *f, size_t size) {
  uint32_t g = 0;
  while (g < cgrt_groups(f) && cgrt_group_end(f, g) <= size) g++;
  return g;
}

static int check_data(const uint8_t *f, uint32_t groups) {
  uint32_t from = cgrt_head_bytes(f);
  for (uint32_t g = 0; g < groups; g++) {
    if (cgrt_crc32(f + from, cgrt_group_end(f, g) - from) != cgrt_group_crc(f, g)) return CGRT_E_DATA_CRC;
    from = cgrt_group_end(f, g);
  }
  return CGRT_OK;
}

static int check_file(const uint8_t *f, size_t size) {
  int status = cgrt_check_container(f, size);
  if (status == CGRT_OK) status = cgrt_check_header(f);
  if (status == CGRT_OK) status = cgrt_check_layers(f);
  if (status == CGRT_OK) status = cgrt_check_groups(f);
  return status;
}

int cgrt_open(cgrt_model *model, const void *bytes, size_t size, unsigned flags) {
  const uint8_t *f = (const uint8_t *)bytes;
  uint32_t check_crc = !(flags & CGRT_OPEN_SKIP_DATA_CRC), groups;
  int status;
  if (!model) return CGRT_E_NULL;
  cgrt_zero(model, sizeof *model);
  if (!bytes) return CGRT_E_NULL;
  if ((uintptr_t)bytes % 8 != 0) return CGRT_E_ALIGN;
  if (flags & ~CGRT_OPEN_SKIP_DATA_CRC) return CGRT_E_OPTION;
  if ((status = check_file(f, size)) != CGRT_OK) return status;
  if ((groups = count_groups(f, size)) == 0) return CGRT_E_TRUNCATED;
  if (check_crc && (status = check_data(f, groups)) != CGRT_OK) return status;
  model->base = f;
  model->groups_present = groups;
  model->crc_checked = check_crc;
#if CGRT_X86
  model->crc_checked |= cgrt_cpu_features() << 1;
#endif
  return CGRT_OK;
}
