#include "run.h"

uint32_t cgrt_source(const cgrt_run *run, uint32_t k) {
  k--;
  return cgrt_type(cgrt_record(run, k)) == CGRT_TORGB ? k - 1 : k;
}

void *cgrt_stage_row(const cgrt_run *run, uint32_t k, uint32_t y) {
  const uint8_t *l = cgrt_record(run, k);
  const cgrt_stage *stage = &run->stages[k];
  uint32_t value = cgrt_type(l) == CGRT_TORGB ? 4 : 1;
  uint32_t pitch = value * cgrt_cout(l) * cgrt_width(run->file, cgrt_level(l));
  return run->arena + stage->at + y % stage->ring * pitch;
}

void *cgrt_table(const cgrt_run *run, uint32_t k) {
  const uint8_t *l = cgrt_record(run, k);
  uint32_t at = cgrt_level(l) <= run->handover ? run->table_at : run->stages[k].at - cgrt_table_bytes(run->file, l);
  return run->arena + at;
}
