#include "check.h"
#include "plan.h"

/* A group ends with the toRGB of its level; the layer table has one for each. */
static int check_ends(const uint8_t *f) {
  uint32_t end = 0;
  for (uint32_t g = 0; g < cgrt_groups(f); g++) {
    end = cgrt_end(cgrt_layer(f, cgrt_last_layer(f, cgrt_rgb_first(f) + g)));
    if (cgrt_group_end(f, g) != end) return CGRT_E_GROUP;
    if (cgrt_group_reserved(f, g) != 0) return CGRT_E_RESERVED;
  }
  return end <= cgrt_file_bytes(f) && cgrt_file_bytes(f) <= INT32_MAX ? CGRT_OK : CGRT_E_GROUP;
}

static int check_arenas(const uint8_t *f) {
  uint32_t bytes = 0;
  for (uint32_t g = 0; g < cgrt_groups(f); g++) {
    cgrt_plan plan;
    cgrt_make_plan(&plan, f, cgrt_rgb_first(f) + g, cgrt_handover(f), 1);
    bytes = cgrt_plan_bytes(&plan);
    if (bytes > INT32_MAX) return CGRT_E_LIMIT;
    if (bytes != cgrt_group_arena(f, g)) return CGRT_E_ARENA_FIELD;
  }
  return bytes == cgrt_arena_field(f) ? CGRT_OK : CGRT_E_ARENA_FIELD;
}

int cgrt_check_groups(const uint8_t *f) {
  int status = check_ends(f);
  return status == CGRT_OK ? check_arenas(f) : status;
}
