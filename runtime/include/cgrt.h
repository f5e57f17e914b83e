/*
 * cgrt: draws pictures from a .cgm int8 generator file.
 *
 * C99, no dependency, no heap, no floating point, no global state. The caller owns all memory: the bytes of the file (used in
 * place, never copied), a model object of a few words, and one arena whose exact size cgrt_arena_bytes tells. The same file,
 * seed, label and options give the same bytes on every machine. Any byte string is safe to open: a file is checked completely
 * by cgrt_open and run blind after that. A caller of files from strangers should still limit cgrt_arena_bytes and cgrt_macs,
 * which bound memory and time.
 *
 * The file format and the arithmetic are specified in docs/cgm-format.md.
 */
#ifndef CGRT_H
#define CGRT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Status. The decade tells who is at fault: 0 nobody, 1x the caller's argument, 2x the container, 3x the header, 4x the layer
 * table, 5x memory, 6x stopped by the caller. */
enum {
  CGRT_OK = 0,

  CGRT_E_NULL = 10,    /* a required pointer is NULL, or the model is not open */
  CGRT_E_ALIGN = 11,   /* file bytes or arena are not 8-byte aligned */
  CGRT_E_OPTION = 12,  /* an option or flag has an unknown value */
  CGRT_E_LABEL = 13,   /* label >= max(1, classes) */
  CGRT_E_QUALITY = 14, /* that quality is not in the file, or not in the part that was loaded */

  CGRT_E_TRUNCATED = 20,
  CGRT_E_MAGIC = 21,
  CGRT_E_VERSION = 22,
  CGRT_E_FEATURE = 23,
  CGRT_E_HEAD_CRC = 24,
  CGRT_E_DATA_CRC = 25,
  CGRT_E_CHUNK = 26, /* what follows the last quality is damaged (cgrt_class_name only) */

  CGRT_E_HEADER = 30,
  CGRT_E_RESERVED = 31,
  CGRT_E_LIMIT = 32,
  CGRT_E_GROUP = 33,

  CGRT_E_GRAMMAR = 40,
  CGRT_E_LAYER = 41,
  CGRT_E_FLAGS = 42,
  CGRT_E_SHAPE = 43,
  CGRT_E_OVERFLOW = 44,
  CGRT_E_OFFSET = 45,

  CGRT_E_ARENA_FIELD = 50, /* the file states a wrong arena size */
  CGRT_E_ARENA_SMALL = 51, /* the caller's arena is smaller than cgrt_arena_bytes */

  CGRT_STOPPED = 60,  /* the row callback asked to stop */
  CGRT_CANCELLED = 61 /* the poll callback asked to stop */
};

/* One English line for a status; never NULL ("unknown status" otherwise). */
const char *cgrt_status_text(int status);

/* Allocated by the caller, filled by cgrt_open. Opaque. There is nothing to free. */
typedef struct cgrt_model {
  const uint8_t *base;
  uint32_t groups_present;
  uint32_t crc_checked;
} cgrt_model;

/* Skips only the check sums of the data groups (fast boot); every rule that safety rests on still runs. */
#define CGRT_OPEN_SKIP_DATA_CRC 1u

/* Validates `size` bytes at `bytes` (8-byte aligned, else CGRT_E_ALIGN) and fills *model. The bytes must stay where they are,
 * unchanged, while the model is in use. `size` may be smaller than the file, which then opens as its largest complete quality,
 * or larger: the rest is ignored. On error *model is zeroed, and calls with it return CGRT_E_NULL. Time: O(layers) plus one
 * pass of CRC-32. Unknown flag bits: CGRT_E_OPTION. */
int cgrt_open(cgrt_model *model, const void *bytes, size_t size, unsigned flags);

typedef struct cgrt_info {
  uint32_t width, height;                    /* of the best quality present */
  uint32_t channels;                         /* 1 or 3, of the network */
  uint32_t latent_size, style_size, classes; /* classes 0: unconditional */
  uint32_t levels, qualities, qualities_present;
  uint32_t file_bytes, arena_bytes; /* arena: best present quality, stored hand-over, 8-bit rows */
  char name[25];                    /* zero terminated; bytes outside 0x20..0x7e replaced by '?' */
} cgrt_info;

/* CGRT_OK or CGRT_E_NULL. */
int cgrt_get_info(const cgrt_model *model, cgrt_info *out);

enum { CGRT_RGB888 = 0, CGRT_RGB565 = 1, CGRT_GREY8 = 2 };
enum { CGRT_NOISE_SEED = 0, CGRT_NOISE_FIXED = 1, CGRT_NOISE_OFF = 2 };

#define CGRT_BEST 255u                 /* quality: the best present; handover: the one stored in the file */
#define CGRT_LABEL_RANDOM 0xFFFFFFFFu /* label drawn from the seed */

typedef struct cgrt_options {
  const int16_t *latent; /* NULL: drawn from the seed. Else latent_size values in Q12 (4096 = 1.0), read only during the call */
  uint16_t truncation;   /* psi in Q8: 0 (centre picture) .. 256 (none) */
  uint8_t quality;       /* 0 .. qualities_present - 1, or CGRT_BEST */
  uint8_t handover;      /* last level computed layer by layer, or CGRT_BEST; memory against speed, never changes a byte */
  uint8_t format;        /* CGRT_RGB888, CGRT_RGB565 (low byte first), CGRT_GREY8 */
  uint8_t noise;         /* CGRT_NOISE_SEED, CGRT_NOISE_FIXED (the file's own seed), CGRT_NOISE_OFF */
  uint8_t dither;        /* 0 or 1; ignored unless format is CGRT_RGB565 */
  uint8_t wide_rows;     /* 0: 8-bit rows; 1: 16-bit rows (larger arena, for kernels that use it); never changes a byte */
  int (*poll)(void *user); /* NULL, or called at least once per computed row; nonzero ends the call with CGRT_CANCELLED */
} cgrt_options;

#define CGRT_OPTIONS_DEFAULT { 0, 256, CGRT_BEST, CGRT_BEST, CGRT_RGB888, CGRT_NOISE_SEED, 0, 0, 0 }

/* Points *name at the name of class `label`, UTF-8 and zero terminated, in the file's own bytes; at NULL if the file names no
 * classes, or if `size`, which cgrt_open was given, is less than the whole file. Checks the names at every call (CGRT_E_CHUNK).
 * The names of the labels after it lie behind it. CGRT_E_NULL, CGRT_E_LABEL. */
int cgrt_class_name(const cgrt_model *model, size_t size, uint32_t label, const char **name);

/* The exact arena size for these options (NULL: defaults); 0 if the model or the options are invalid. */
size_t cgrt_arena_bytes(const cgrt_model *model, const cgrt_options *options);

/* Multiply-accumulates of one picture at this quality (CGRT_BEST: the best present); 0 if not present. */
uint64_t cgrt_macs(const cgrt_model *model, unsigned quality);

/* The latent that cgrt_generate would draw for this seed, in Q12 without truncation, so that a caller can interpolate.
 * `count` must be latent_size (CGRT_E_OPTION). */
int cgrt_latent(const cgrt_model *model, uint64_t seed, int16_t *out, size_t count);

/* Receives one row; y counts up from 0. `row` lies in the arena and is valid until the callback returns. `bytes` is the width
 * times 3, 2 or 1. A nonzero return stops the picture with CGRT_STOPPED. */
typedef int (*cgrt_row)(void *user, uint32_t y, const uint8_t *row, uint32_t bytes);

/* Draws one picture. `arena`: 8-byte aligned (CGRT_E_ALIGN), at least cgrt_arena_bytes (CGRT_E_ARENA_SMALL), contents undefined
 * before and after. `label` < max(1, classes), or CGRT_LABEL_RANDOM. `options` and `user` may be NULL. Argument errors are
 * returned before the arena is written or a callback is called, in the order NULL, ALIGN, OPTION, QUALITY, LABEL, ARENA_SMALL.
 * Reentrant: threads with an arena each may share a model. */
int cgrt_generate(const cgrt_model *model, void *arena, size_t arena_bytes, uint64_t seed, uint32_t label,
                  const cgrt_options *options, cgrt_row row, void *user);

#ifdef __cplusplus
}
#endif

#endif
