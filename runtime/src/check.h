/* The checks of cgrt_open, in their documented order. Each returns CGRT_OK or the status of the first rule that fails. After all
 * of them generation needs no check of the file; what is left to the clamps of the arithmetic is the contents of the blobs. */
#ifndef CGRT_CHECK_H
#define CGRT_CHECK_H

#include "file.h"

/* Magic to head CRC: the header and both tables are there, and unchanged. */
int cgrt_check_container(const uint8_t *file, size_t size);

/* Ranges of header fields, and the offsets of embedding and centre. */
int cgrt_check_header(const uint8_t *file);

/* What the layers before the current one leave behind. */
typedef struct cgrt_grammar {
  uint32_t maps, started, level, conv3, rgb; /* MAPs so far; START seen; level; CONV3 and toRGB seen in it */
  uint32_t width;                            /* channels that the next layer reads */
  uint32_t position;                         /* where the next blob starts */
} cgrt_grammar;

/* The whole layer table: every record, and that nothing is missing at the end. */
int cgrt_check_layers(const uint8_t *file);

/* May this layer follow, at this level? Updates the state. */
int cgrt_check_grammar(cgrt_grammar *state, const uint8_t *file, const uint8_t *layer);

/* Fields of one record by themselves: widths, shifts, slope; then that no accumulator can overflow. */
int cgrt_check_fields(const uint8_t *layer);
int cgrt_check_overflow(const uint8_t *file, const uint8_t *layer);

/* Offsets of the blobs of one layer: recomputed and compared. Moves `position` behind the layer. */
int cgrt_check_offsets(uint32_t *position, const uint8_t *file, const uint8_t *layer);

/* Group ends, arena fields. */
int cgrt_check_groups(const uint8_t *file);

#endif
