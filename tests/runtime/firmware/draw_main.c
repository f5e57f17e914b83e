/* Draws the embedded model with several seeds and options and prints every row as hexadecimal digits, then with every memory schedule
 * and prints check sums, on a desktop or on a microcontroller. model.h is written by boards.sh: the bytes of a .cgm file. Lines that
 * begin with # are not part of the pictures. */
#include "cgrt.h"
#include "model.h"
#include "text.h"

static uint64_t arena[1 << 15];

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

static int sum_row(void *user, uint32_t y, const uint8_t *row, uint32_t bytes) {
  uint32_t *sum = (uint32_t *)user;
  (void)y;
  *sum = fold_row(*sum, row, bytes);
  return 0;
}

static int draw(const cgrt_model *model, uint64_t seed, const cgrt_options *options) {
  port_print("picture\n");
  return cgrt_generate(model, arena, sizeof arena, seed, CGRT_LABEL_RANDOM, options, print_row, 0);
}

/* Every pixel format, with seeds that use both words. */
static int draw_formats(const cgrt_model *model) {
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

/* Every hand-over, row width and quality; schedules of one quality must agree. */
static int draw_schedules(const cgrt_model *model, const cgrt_info *info) {
  cgrt_options o = CGRT_OPTIONS_DEFAULT;
  for (o.quality = 0; o.quality < info->qualities_present; o.quality++) {
    uint32_t first = 0;
    for (uint32_t i = 0; i < 2 * info->levels; i++) {
      uint32_t sum = 0;
      o.handover = (uint8_t)(i / 2);
      o.wide_rows = (uint8_t)(i % 2);
      if (cgrt_generate(model, arena, sizeof arena, 5, CGRT_LABEL_RANDOM, &o, sum_row, &sum) != CGRT_OK) return 1;
      if (i == 0) print_number("sum ", first = sum), port_print("\n");
      if (sum != first) return print_number("another sum with schedule ", i), port_print("\n"), 1;
    }
  }
  return 0;
}

int main(void) {
  cgrt_model model;
  cgrt_info info;
  uint32_t sum = 0;
  int status;
  port_stack_paint();
  status = cgrt_open(&model, model_bytes, sizeof model_bytes, 0);
  if (status == CGRT_OK) status = cgrt_generate(&model, arena, sizeof arena, 1, 0, 0, sum_row, &sum);
  print_number("# stack and model ", port_stack_used() + (uint32_t)sizeof model);
  port_print(" bytes\n");
  if (status == CGRT_OK) status = draw_formats(&model);
  if (status == CGRT_OK) status = cgrt_get_info(&model, &info);
  if (status == CGRT_OK) status = draw_schedules(&model, &info);
  port_print(status == CGRT_OK ? "done\n" : "failed\n");
  return status;
}
