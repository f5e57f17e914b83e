#include "plan.h"

static void add_scratch(cgrt_plan *plan, const uint8_t *l) {
  if (cgrt_flags(l) & CGRT_DEMOD) plan->gains = cgrt_max(plan->gains, cgrt_al8(2 * cgrt_cin(l)));
  if (cgrt_wbits(l) < 8) plan->filter = cgrt_max(plan->filter, cgrt_al8(cgrt_filter_elements(l)));
}

/* A layer of the head. Each map is made next to the one before it. */
static void add_head(cgrt_plan *plan, const uint8_t *f, const uint8_t *l) {
  uint32_t map;
  plan->head_table = cgrt_max(plan->head_table, cgrt_table_bytes(f, l));
  if (cgrt_type(l) == CGRT_MAP) plan->vector = cgrt_max(plan->vector, cgrt_al8(cgrt_cout(l)));
  if (cgrt_type(l) != CGRT_START && !cgrt_is_conv(l)) return;
  map = cgrt_map_bytes(f, cgrt_level(l), cgrt_cout(l));
  plan->head = cgrt_max(plan->head, plan->hand + map);
  plan->hand = map;
  plan->wide = cgrt_max(plan->wide, plan->hand_row);
  plan->hand_row = cgrt_width(f, cgrt_level(l)) * cgrt_cout(l);
  plan->maps++;
}

/* Line buffers. The output level's RGB row is counted by itself. */
static void add_tail(cgrt_plan *plan, const uint8_t *f, const uint8_t *last, uint32_t unit) {
  cgrt_rings rings = {1, 1, 0};
  for (const uint8_t *l = last; cgrt_level(l) > plan->handover; l -= CGRT_LAYER_BYTES) {
    plan->tail += cgrt_ring_bytes(f, l, cgrt_ring_rows(&rings, l), unit);
    plan->tail_table += cgrt_table_bytes(f, l);
  }
  plan->tail -= plan->rgb_row;
  plan->wide = cgrt_max(plan->wide, plan->hand_row); /* the tail reads the last map */
}

void cgrt_make_plan(cgrt_plan *plan, const uint8_t *f, uint32_t level, uint32_t handover, uint32_t unit) {
  const uint8_t *last = cgrt_layer(f, cgrt_last_layer(f, level));
  uint32_t whole;
  cgrt_zero(plan, sizeof *plan);
  plan->level = level;
  plan->handover = cgrt_min(handover, level);
  plan->vector = cgrt_al8(cgrt_input_size(f));
  plan->state = 8 * cgrt_layers(f);
  plan->row = cgrt_al8(3 * cgrt_width(f, level));
  plan->rgb_row = cgrt_al8(4 * cgrt_channels(f) * cgrt_width(f, level));
  whole = cgrt_min(plan->handover + 1, level); /* RGB maps are kept whole below this level */
  if (whole >= 1) plan->rgb = cgrt_rgb_bytes(f, whole - 1);
  if (whole >= 2) plan->rgb += cgrt_rgb_bytes(f, whole - 2);
  for (const uint8_t *l = cgrt_layer(f, 0); l <= last; l += CGRT_LAYER_BYTES) {
    add_scratch(plan, l);
    if (cgrt_level(l) <= plan->handover) add_head(plan, f, l);
  }
  if (plan->handover < level) add_tail(plan, f, last, unit);
  plan->wide = unit > 1 ? cgrt_al8(6 * plan->wide) : 0;
}

uint32_t cgrt_plan_bytes(const cgrt_plan *plan) {
  return 2 * plan->vector + plan->state + plan->gains + plan->filter + cgrt_max(plan->head_table, plan->tail_table) +
         plan->rgb + cgrt_max(plan->head, plan->hand + plan->tail) + plan->wide + plan->row + plan->rgb_row;
}
