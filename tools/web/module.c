/* What a page calls: the C runtime with memory of its own, as a WebAssembly module that imports nothing. tools/make-wasm.sh
 * compiles it. */
#include "cgrt.h"

#define EXPORT(name) __attribute__((export_name(#name)))

enum { PAGE = 65536 };

extern unsigned char __heap_base[];

/* The whole libc that the runtime asks for; without builtins, so that they are not made of themselves. */
void *memcpy(void *to, const void *from, size_t bytes) {
  unsigned char *t = to;
  const unsigned char *f = from;
  while (bytes--) *t++ = *f++;
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  unsigned char *t = to;
  while (bytes--) *t++ = (unsigned char)value;
  return to;
}

static struct {
  cgrt_model model;
  cgrt_info info;
  uint8_t *arena, *picture;
  int16_t *latent;
  uint32_t arena_bytes, used;
} page;

/* So many bytes of memory that stay, 16-byte aligned; 0: there are none. */
EXPORT(reserve) void *reserve(uint32_t bytes) {
  uint32_t at = ((uint32_t)__heap_base + page.used + 15u) & ~15u;
  uint32_t have = (uint32_t)__builtin_wasm_memory_size(0) * PAGE;
  if (bytes > UINT32_MAX - 2 * PAGE - at) return 0;
  if (at + bytes > have && __builtin_wasm_memory_grow(0, (at + bytes - have + PAGE - 1) / PAGE) == SIZE_MAX) return 0;
  page.used = at + bytes - (uint32_t)__heap_base;
  return (void *)at;
}

static uint32_t largest_arena(void) {
  uint32_t most = 0;
  for (uint32_t quality = 0; quality < page.info.qualities_present; quality++) {
    cgrt_options options = CGRT_OPTIONS_DEFAULT;
    options.quality = (uint8_t)quality;
    uint32_t bytes = cgrt_arena_bytes(&page.model, &options);
    if (bytes > most) most = bytes;
  }
  return most;
}

/* Opens the file at `bytes`, which came from reserve(). A status; CGRT_E_ARENA_SMALL if memory does not suffice. */
EXPORT(open) int open_model(const void *bytes, uint32_t size) {
  int status = cgrt_open(&page.model, bytes, size, 0);
  if (status != CGRT_OK) return status;
  cgrt_get_info(&page.model, &page.info);
  page.arena_bytes = largest_arena();
  page.arena = reserve(page.arena_bytes);
  page.picture = reserve(page.info.width * page.info.height * 3);
  page.latent = reserve(page.info.latent_size * 2);
  return page.arena && page.picture && page.latent ? CGRT_OK : CGRT_E_ARENA_SMALL;
}

/* Where things lie: a cgrt_info, the last picture (RGB), the latent for draw(). */
EXPORT(info) const cgrt_info *info(void) { return &page.info; }
EXPORT(picture) const uint8_t *picture(void) { return page.picture; }
EXPORT(latent) int16_t *latent(void) { return page.latent; }

EXPORT(arena) uint32_t arena(void) { return page.arena_bytes; }

static uint64_t joined(uint32_t low, uint32_t high) { return (uint64_t)high << 32 | low; }

/* The latent of a seed into latent(). */
EXPORT(take_latent) int take_latent(uint32_t low, uint32_t high) {
  return cgrt_latent(&page.model, joined(low, high), page.latent, page.info.latent_size);
}

static int put_row(void *width_bytes, uint32_t y, const uint8_t *row, uint32_t bytes) {
  (void)width_bytes;
  memcpy(page.picture + y * bytes, row, bytes);
  return 0;
}

/* Draws into picture(), from the latent of the seed or from the one in latent(). */
EXPORT(draw) int draw(uint32_t low, uint32_t high, uint32_t label, uint32_t truncation, uint32_t quality, uint32_t noise,
                      uint32_t given) {
  cgrt_options options = CGRT_OPTIONS_DEFAULT;
  options.latent = given ? page.latent : 0;
  options.truncation = (uint16_t)truncation;
  options.quality = (uint8_t)quality;
  options.noise = (uint8_t)noise;
  return cgrt_generate(&page.model, page.arena, page.arena_bytes, joined(low, high), label, &options, put_row, 0);
}
