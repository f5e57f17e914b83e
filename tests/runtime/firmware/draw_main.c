/* Draws the embedded model with several seeds and options and prints every row as hexadecimal digits, on a desktop or on a
 * microcontroller. model.h is written by same_bytes.sh: the bytes of a .cgm file. */
#include "cgrt.h"
#include "model.h"
#include "port.h"

static uint64_t arena[1 << 17];

static int print_row(void *user, uint32_t y, const uint8_t *row, uint32_t bytes) {
  static const char digit[] = "0123456789abcdef";
  char text[3] = {0, 0, 0};
  (void)user, (void)y;
  for (uint32_t i = 0; i < bytes; i++) {
    text[0] = digit[row[i] >> 4];
    text[1] = digit[row[i] & 15];
    port_print(text);
  }
  port_print("\n");
  return 0;
}

static int ignore_row(void *user, uint32_t y, const uint8_t *row, uint32_t bytes) {
  (void)user, (void)y, (void)row, (void)bytes;
  return 0;
}

static int draw(const cgrt_model *model, uint64_t seed, const cgrt_options *options) {
  port_print("picture\n");
  return cgrt_generate(model, arena, sizeof arena, seed, CGRT_LABEL_RANDOM, options, print_row, 0);
}

/* Every pixel format and hand-over once, with seeds that use both words. */
static int draw_all(const cgrt_model *model) {
  cgrt_options o = CGRT_OPTIONS_DEFAULT;
  for (uint64_t seed = 0; seed < 4; seed++) {
    o.format = (uint8_t)(seed % 3);
    o.handover = (uint8_t)seed;
    o.dither = 1;
    o.truncation = (uint16_t)(256 - 40 * seed);
    if (draw(model, seed * 0x100000001u, &o) != CGRT_OK) return 1;
  }
  return draw(model, 1, 0);
}

int main(void) {
  cgrt_model model;
  int status;
  port_stack_paint();
  status = cgrt_open(&model, model_bytes, sizeof model_bytes, 0);
  if (status == CGRT_OK) status = cgrt_generate(&model, arena, sizeof arena, 1, 0, 0, ignore_row, 0);
  port_stack_report(sizeof model);
  if (status == CGRT_OK) status = draw_all(&model);
  port_print(status == CGRT_OK ? "done\n" : "failed\n");
  return status;
}
