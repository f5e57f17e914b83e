/* Draws one picture after the other and sends each as a PPM, row by row: no picture is ever in memory as a whole. */
#include "board.h"
#include "model.h" /* of `centigan export --out model.c` */

/* All memory that drawing takes, beside half a KB of stack. Rows of 16 bits: more memory, fewer instructions on a
 * Cortex-M7. */
static uint64_t arena[(MODEL_WIDE_ARENA_BYTES + 7) / 8];
MODEL_ASSERT_ARENA(arena);

static void put_text(const char* text) {
  while (*text) board_put((uint8_t)*text++);
}

static void put_number(uint32_t value) {
  char digits[10];
  int count = 0;
  do digits[count++] = (char)('0' + value % 10);
  while (value /= 10);
  while (count) board_put((uint8_t)digits[--count]);
}

static uint32_t sending; /* clocks that the UART took; they do not count as drawing */

static int put_row(void* user, uint32_t y, const uint8_t* row, uint32_t bytes) {
  uint32_t start = board_clocks();
  (void)user, (void)y;
  for (uint32_t i = 0; i < bytes; i++) board_put(row[i]);
  sending += board_clocks() - start;
  return 0; /* anything else stops the picture */
}

static void put_head(void) {
  put_text("P6\n");
  put_number(MODEL_WIDTH), put_text(" "), put_number(MODEL_HEIGHT);
  put_text("\n255\n");
}

static void put_foot(int status, uint32_t seed, uint32_t clocks) {
  put_text("# seed "), put_number(seed);
  put_text(" status "), put_number((uint32_t)status);
  put_text(" clocks "), put_number(clocks);
  put_text("\n");
}

int main(void) {
  cgrt_options options = CGRT_OPTIONS_DEFAULT;
  cgrt_model model;
  int status;
  options.wide_rows = 1;
  board_start();
  status = cgrt_open(&model, model_cgm, sizeof model_cgm, 0); /* once; checks all of it */
  for (uint32_t seed = 0; board_goes_on(seed); seed++) {
    uint32_t start = board_clocks();
    put_head();
    sending = board_clocks() - start;
    if (status == CGRT_OK) status = cgrt_generate(&model, arena, sizeof arena, seed, 0, &options, put_row, 0);
    put_foot(status, seed, board_clocks() - start - sending);
  }
  return status;
}
