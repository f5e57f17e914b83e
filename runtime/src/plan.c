#include "plan.h"

/* Rows and width of what a convolution reads through a line buffer. */
static uint32_t input_rows(const uint8_t *l) { return cgrt_is_up(l) ? 2 : 3; }

static uint32_t input_level(const uint8_t *l) { return cgrt_level(l) - (cgrt_is_up(l) ? 1u : 0u); }

static void add_shared(cgrt_plan *plan, const uint8_t *f, const uint8_t *l) {
  uint32_t table = cgrt_table_bytes(f, l);
  if (cgrt_type(l) == CGRT_MAP) plan->vector = cgrt_max(plan->vector, cgrt_al8(cgrt_cout(l)));
  if (cgrt_flags(l) & CGRT_DEMOD) plan->gains = cgrt_max(plan->gains, cgrt_al8(2 * cgrt_cin(l)));
  if (cgrt_wbits(l) < 8) plan->filter = cgrt_max(plan->filter, cgrt_al8(cgrt_filter_elements(l)));
  if (cgrt_level(l) <= plan->handover) plan->head_table = cgrt_max(plan->head_table, table);
  else plan->tail_table += table;
}

static void add_head_map(cgrt_plan *plan, const uint8_t *f, const uint8_t *l) {
  uint32_t from = input_level(l);
  uint32_t in = cgrt_type(l) == CGRT_START ? 0 : cgrt_al8(cgrt_height(f, from) * cgrt_width(f, from) * cgrt_cin(l));
  plan->hand = cgrt_al8(cgrt_height(f, cgrt_level(l)) * cgrt_width(f, cgrt_level(l)) * cgrt_cout(l));
  plan->head = cgrt_max(plan->head, in + plan->hand);
}

/* A toRGB at a level whose lower neighbour keeps its RGB rows in a line buffer. */
static void add_rgb_ring(cgrt_plan *plan, const uint8_t *f, const uint8_t *l, uint32_t conv3) {
  uint32_t below = cgrt_level(l) - 1;
  if (cgrt_level(l) <= cgrt_max(plan->handover + 1, cgrt_rgb_first(f))) return;
  plan->tail += cgrt_al8(4 * cgrt_channels(f) * cgrt_width(f, below) * cgrt_rgb_ring(conv3));
}

static void add_layers(cgrt_plan *plan, const uint8_t *f, uint32_t unit) {
  uint32_t conv3 = 0, tail_convs = 0, last_cout = 0, wide = 0;
  for (uint32_t k = 0; k < cgrt_layers(f); k++) {
    const uint8_t *l = cgrt_layer(f, k);
    uint32_t read = cgrt_width(f, input_level(l)) * cgrt_cin(l);
    if (cgrt_level(l) > plan->level) break;
    add_shared(plan, f, l);
    conv3 = cgrt_is_up(l) ? 0 : conv3 + (cgrt_type(l) == CGRT_CONV3 ? 1u : 0u);
    if (cgrt_type(l) == CGRT_TORGB) {
      add_rgb_ring(plan, f, l, conv3);
    } else if (cgrt_level(l) > plan->handover) {
      if (tail_convs++) plan->tail += cgrt_al8(unit * input_rows(l) * read);
      else wide = cgrt_max(wide, read);
      last_cout = cgrt_cout(l);
    } else if (cgrt_type(l) != CGRT_MAP) {
      add_head_map(plan, f, l);
      if (cgrt_is_conv(l)) wide = cgrt_max(wide, read);
    }
  }
  plan->tail += cgrt_al8(unit * cgrt_width(f, plan->level) * last_cout);
  if (unit > 1) plan->wide = cgrt_al8(6 * wide);
}

void cgrt_make_plan(cgrt_plan *plan, const uint8_t *file, uint32_t level, uint32_t handover, uint32_t bytes_per_value) {
  uint32_t whole;
  cgrt_zero(plan, sizeof *plan);
  plan->level = level;
  plan->handover = cgrt_min(handover, level);
  plan->vector = cgrt_al8(cgrt_input_size(file));
  plan->state = cgrt_al8(8 * cgrt_layers(file));
  add_layers(plan, file, bytes_per_value);
  whole = cgrt_min(plan->handover + 1, level); /* RGB maps are kept whole below this level */
  if (whole >= 1) plan->rgb = cgrt_rgb_bytes(file, whole - 1);
  if (whole >= 2) plan->rgb += cgrt_rgb_bytes(file, whole - 2);
  plan->row = cgrt_al8(3 * cgrt_width(file, level));
  plan->rgb_row = cgrt_al8(4 * cgrt_channels(file) * cgrt_width(file, level));
}

uint32_t cgrt_plan_bytes(const cgrt_plan *plan) {
  return 2 * plan->vector + plan->state + plan->gains + plan->filter + cgrt_max(plan->head_table, plan->tail_table) +
         plan->rgb + cgrt_max(plan->head, plan->hand + plan->tail) + plan->wide + plan->row + plan->rgb_row;
}
