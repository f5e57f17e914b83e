#include "crc.h"
#include "file.h"

enum { CHUNK_HEADER = 16, CLAS = 0x53414C43 }; /* "CLAS" */

/* A name for each class, each with its zero byte, and nothing else. */
static int holds_names(const uint8_t *names, uint32_t bytes, uint32_t classes) {
  uint32_t ends = 0;
  for (uint32_t i = 0; i < bytes; i++) ends += names[i] == 0;
  return ends == classes && bytes > 0 && names[bytes - 1] == 0;
}

/* The chunk at `at` of a whole file: reserved word, length, and, where it is ours, check sum and contents. */
static int check_chunk(const uint8_t *f, uint32_t at, uint32_t bytes, uint32_t classes) {
  const uint8_t *chunk = f + at;
  if (cgrt_u32(chunk + 12) != 0 || bytes > cgrt_file_bytes(f) - at - CHUNK_HEADER) return CGRT_E_CHUNK;
  if (cgrt_u32(chunk) != CLAS) return CGRT_OK;
  if (cgrt_crc32(chunk + CHUNK_HEADER, bytes) != cgrt_u32(chunk + 8)) return CGRT_E_CHUNK;
  return holds_names(chunk + CHUNK_HEADER, bytes, classes) ? CGRT_OK : CGRT_E_CHUNK;
}

static int find_names(const uint8_t *f, const uint8_t **names) {
  uint32_t at = cgrt_group_end(f, cgrt_groups(f) - 1), end = cgrt_file_bytes(f);
  while (end - at >= CHUNK_HEADER) {
    uint32_t bytes = cgrt_u32(f + at + 4), step;
    int status = check_chunk(f, at, bytes, cgrt_classes(f));
    if (status != CGRT_OK) return status;
    if (cgrt_u32(f + at) == CLAS) *names = f + at + CHUNK_HEADER;
    step = CHUNK_HEADER + cgrt_al8(bytes);
    if (*names || step > end - at) break;
    at += step;
  }
  return CGRT_OK;
}

/* In its own object file, as the status texts: firmware that does not ask for names does not carry it. */
int cgrt_class_name(const cgrt_model *model, size_t size, uint32_t label, const char **name) {
  const uint8_t *f, *names = 0;
  int status;
  if (!model || !model->base || !name) return CGRT_E_NULL;
  *name = 0;
  f = model->base;
  if (label >= cgrt_classes(f)) return CGRT_E_LABEL;
  if (size < cgrt_file_bytes(f)) return CGRT_OK;
  if ((status = find_names(f, &names)) != CGRT_OK || !names) return status;
  while (label > 0) label -= *names++ == 0;
  *name = (const char *)names;
  return CGRT_OK;
}
