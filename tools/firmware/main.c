/* Draws one picture of the model twice: first for the stack, as it is; then with every row counted and printed. */
#include "board.h"
#include "cgrt.h"
#include "config.h" /* what to draw, written by centigan simulate */

enum { LAYERS = 64 };

extern const uint8_t model_bytes[], model_end[];
extern const char code_start[], code_end[], constants_start[], constants_end[], data_start[], bss_end[];

/* All that the device must hold in RAM beside the stack. */
static uint64_t arena[(ARENA_BYTES + 7) / 8];
static cgrt_model model;

static uint32_t ticks[LAYERS] OUTSIDE, rows[LAYERS] OUTSIDE, printing OUTSIDE;
static int counting OUTSIDE;
static const cgrt_options options = {.truncation = TRUNCATION,
                                     .quality = CGRT_BEST,
                                     .handover = HANDOVER,
                                     .format = FORMAT,
                                     .noise = NOISE,
                                     .dither = DITHER,
                                     .wide_rows = WIDE_ROWS};

struct cgrt_run;
int cgrt_run_row(const struct cgrt_run* run, uint32_t k, uint32_t y);

/* What is printed meanwhile does not count. */
static __attribute__((noinline)) int counted_row(const struct cgrt_run* run, uint32_t k, uint32_t y) {
  uint32_t start = board_ticks() - printing;
  int status = cgrt_run_row(run, k, y);
  ticks[k] += board_ticks() - printing - start;
  rows[k]++;
  return status;
}

/* The runtime is compiled with CGRT_RUN_ROW=timed_row and calls this for every row of every layer. Jumps, so that it
 * takes no stack where nothing is counted. */
int timed_row(const struct cgrt_run* run, uint32_t k, uint32_t y) {
  return counting ? counted_row(run, k, y) : cgrt_run_row(run, k, y);
}

static void print_number(uint32_t value) {
  char text[12], *at = text + sizeof text - 1;
  *at = 0;
  do *--at = (char)('0' + value % 10);
  while (value /= 10);
  board_print(" ");
  board_print(at);
}

static void print_line(const char* name, uint32_t value) {
  board_print(name);
  print_number(value);
  board_print("\n");
}

static int ignore_row(void* user, uint32_t y, const uint8_t* row, uint32_t bytes) {
  (void)user, (void)y, (void)row, (void)bytes;
  return 0;
}

static int print_row(void* user, uint32_t y, const uint8_t* row, uint32_t bytes) {
  static const char digit[] = "0123456789abcdef";
  uint32_t start = board_ticks();
  char text[65];
  (void)user, (void)y;
  for (uint32_t i = 0; i < bytes;) {
    uint32_t n = 0;
    for (; n < 64 && i < bytes; i++) {
      text[n++] = digit[row[i] >> 4];
      text[n++] = digit[row[i] & 15];
    }
    text[n] = 0;
    board_print(text);
  }
  board_print("\n");
  printing += board_ticks() - start;
  return 0;
}

static int draw(cgrt_row row) {
  uint64_t seed = (uint64_t)SEED_HIGH << 32 | SEED_LOW;
  return cgrt_generate(&model, arena, sizeof arena, seed, LABEL, &options, row, 0);
}

static void print_sizes(void) {
  print_line("code", (uint32_t)(code_end - code_start));
  print_line("constants", (uint32_t)(constants_end - constants_start));
  print_line("model", (uint32_t)(model_end - model_bytes));
  print_line("static", (uint32_t)(bss_end - data_start) - (uint32_t)sizeof arena);
}

static void print_layers(void) {
  for (uint32_t k = 0; k < LAYERS; k++) {
    if (rows[k] == 0) continue;
    board_print("layer");
    print_number(k);
    print_number(ticks[k]);
    board_print("\n");
  }
}

static int measure_stack(void) {
  uint32_t start, opened;
  int status;
  board_paint_stack();
  start = board_ticks();
  status = cgrt_open(&model, model_bytes, (size_t)(model_end - model_bytes), 0);
  opened = board_ticks();
  if (status == CGRT_OK) status = draw(ignore_row);
  print_line("stack", board_used_stack());
  print_line("open", opened - start);
  return status;
}

static int measure_rows(void) {
  uint32_t start;
  int status;
  board_print("picture\n");
  counting = 1;
  start = board_ticks();
  status = draw(print_row);
  print_line("draw", board_ticks() - start - printing);
  print_layers();
  return status;
}

int main(void) {
  int status;
  print_line("calibration", board_calibrate());
  print_sizes();
  status = measure_stack();
  if (status == CGRT_OK) status = measure_rows();
  print_line("status", (uint32_t)status);
  return status;
}
