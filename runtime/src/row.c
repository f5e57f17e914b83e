#include "run.h"

int cgrt_run_row(const cgrt_run *run, uint32_t k, uint32_t y) {
  const uint8_t *l = cgrt_record(run, k);
  uint32_t bytes;
  if (run->options->poll && run->options->poll(run->user)) return CGRT_CANCELLED;
  if (cgrt_type(l) != CGRT_TORGB) return cgrt_feature_row(run, k, y);
  cgrt_torgb_row(run, k, y);
  if (cgrt_level(l) < run->level) return CGRT_OK;
  bytes = cgrt_format_row(run, y);
  return run->deliver(run->user, y, run->row, bytes) ? CGRT_STOPPED : CGRT_OK;
}
