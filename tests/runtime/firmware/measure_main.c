/* Draws the embedded model in several memory schedules, each in an arena of exactly its size between canaries, and prints what that
 * took, one fact a line, for instructions.sh. Layers are told apart by cgrt_options.poll, which is called before each row.
 *
 *   open BYTES TICKS            layer ROW-BYTES TYPE CIN COUT MACS TICKS     (layer-wise pictures only)
 *   arena HANDOVER ROW-BYTES BYTES            picture HANDOVER ROW-BYTES MACS TICKS SUM            stack BYTES */
#include "cgrt.h"
#include "model.h"
#include "plan.h"
#include "text.h"

enum { ARENA_WORDS = 1 << 15, GUARD_WORDS = 8, LAYERS = 64 };
static uint64_t memory[ARENA_WORDS + 2 * GUARD_WORDS];
static const uint64_t canary = 0xC3C3C3C3C3C3C3C3u;

/* The clock of a layer-wise picture. */
typedef struct cgrt_watch {
  const uint8_t *file;
  uint32_t layer, rows; /* the current one, and how many of its rows are still to come */
  uint32_t started[LAYERS + 1];
  uint32_t begin, end;
  uint32_t sum;
} cgrt_watch;

static uint32_t stack_used;

static uint32_t height_of(const uint8_t *f, uint32_t k) { return cgrt_height(f, cgrt_level(cgrt_layer(f, k))); }

static int before_row(void *user) {
  cgrt_watch *watch = (cgrt_watch *)user;
  if (watch->rows == 0) {
    watch->layer++;
    watch->rows = height_of(watch->file, watch->layer);
    watch->started[watch->layer] = port_ticks();
  }
  watch->rows--;
  return 0;
}

static int take_row(void *user, uint32_t y, const uint8_t *row, uint32_t bytes) {
  cgrt_watch *watch = (cgrt_watch *)user;
  (void)y;
  watch->sum = fold_row(watch->sum, row, bytes);
  return 0;
}

static void print_facts(const char *name, const uint32_t *facts, uint32_t count) {
  port_print(name);
  for (uint32_t i = 0; i < count; i++) print_number(" ", facts[i]);
  port_print("\n");
}

static uint32_t conv_macs(const uint8_t *f, const uint8_t *l) {
  return cgrt_filter_elements(l) * cgrt_cout(l) * cgrt_height(f, cgrt_level(l)) * cgrt_width(f, cgrt_level(l));
}

static void print_layers(const cgrt_watch *watch, uint32_t row_bytes) {
  for (uint32_t k = cgrt_map_layers(watch->file); k < cgrt_layers(watch->file); k++) {
    const uint8_t *l = cgrt_layer(watch->file, k);
    const uint32_t facts[6] = {row_bytes,    cgrt_type(l),
                               cgrt_cin(l),  cgrt_cout(l),
                               conv_macs(watch->file, l), watch->started[k + 1] - watch->started[k]};
    print_facts("layer", facts, 6);
  }
}

/* cgrt_generate in exactly the arena it asks for; how far the stack below this function was used goes into stack_used. */
static int draw_guarded(const cgrt_model *model, const cgrt_options *o, uint32_t bytes, cgrt_watch *watch) {
  uint64_t *arena = memory + GUARD_WORDS, *past = arena + bytes / 8;
  int status;
  for (uint32_t i = 0; i < GUARD_WORDS; i++) memory[i] = past[i] = canary;
  port_stack_paint();
  watch->begin = port_ticks();
  status = cgrt_generate(model, arena, bytes, 1, 0, o, take_row, watch);
  watch->end = watch->started[cgrt_layers(watch->file)] = port_ticks();
  if (port_stack_used() > stack_used) stack_used = port_stack_used();
  for (uint32_t i = 0; i < GUARD_WORDS; i++) {
    if (memory[i] != canary || past[i] != canary) return 1;
  }
  return status;
}

static void print_picture(const cgrt_model *model, const cgrt_watch *watch, uint32_t handover, uint32_t row_bytes, uint32_t bytes) {
  const uint32_t arena[3] = {handover, row_bytes, bytes};
  const uint32_t picture[5] = {handover, row_bytes, (uint32_t)cgrt_macs(model, CGRT_BEST), watch->end - watch->begin, watch->sum};
  print_facts("arena", arena, 3);
  print_facts("picture", picture, 5);
}

/* One picture; with a clock in every row if its layers are asked for. */
static int measure(const cgrt_model *model, uint32_t handover, uint32_t row_bytes, int layers) {
  static cgrt_watch watch;
  static cgrt_options o = CGRT_OPTIONS_DEFAULT;
  uint32_t bytes;
  watch.file = model->base;
  watch.rows = watch.sum = 0;
  watch.layer = cgrt_map_layers(watch.file) - 1;
  o.handover = (uint8_t)handover;
  o.wide_rows = (uint8_t)(row_bytes - 1);
  o.poll = layers ? before_row : 0;
  bytes = (uint32_t)cgrt_arena_bytes(model, &o);
  if (bytes == 0 || bytes > 8 * ARENA_WORDS || draw_guarded(model, &o, bytes, &watch)) return 1;
  if (layers) print_layers(&watch, row_bytes);
  else print_picture(model, &watch, handover, row_bytes, bytes);
  return 0;
}

static int measure_all(const cgrt_model *model) {
  uint32_t levels = cgrt_levels(model->base);
  for (uint32_t row_bytes = 1; row_bytes <= 2; row_bytes++) {
    for (uint32_t h = 0; h < levels; h++) {
      if (measure(model, h, row_bytes, 0)) return 1;
    }
    if (measure(model, levels - 1, row_bytes, 1)) return 1;
  }
  return 0;
}

int main(void) {
  cgrt_model model;
  uint32_t start, facts[2] = {sizeof model_bytes, 0};
  int status;
  port_stack_paint();
  start = port_ticks();
  status = cgrt_open(&model, model_bytes, sizeof model_bytes, 0);
  facts[1] = port_ticks() - start;
  stack_used = port_stack_used();
  print_facts("open", facts, 2);
  if (status == CGRT_OK) status = measure_all(&model);
  facts[0] = stack_used + (uint32_t)sizeof model;
  print_facts("stack", facts, 1);
  port_print(status == CGRT_OK ? "done\n" : "failed\n");
  return status;
}
