#include "check.h"

/* model = MAP{map_layers} START tail { (UP3 | UP2P) tail },   tail = CONV3{0..3} [TORGB], TORGB exactly in levels >= rgb_first. */

static int may_go_up(const cgrt_grammar *s, const uint8_t *f) {
  int rgb_missing = s->level >= cgrt_rgb_first(f) && !s->rgb;
  return s->started && s->level + 1 < cgrt_levels(f) && !rgb_missing;
}

static int may_follow(const cgrt_grammar *s, const uint8_t *f, const uint8_t *l) {
  switch (cgrt_type(l)) {
    case CGRT_MAP: return !s->started && s->maps < cgrt_map_layers(f);
    case CGRT_START: return !s->started && s->maps == cgrt_map_layers(f);
    case CGRT_CONV3: return s->started && !s->rgb && s->conv3 < 3;
    case CGRT_TORGB: return s->started && !s->rgb && s->level >= cgrt_rgb_first(f);
    default: return may_go_up(s, f);
  }
}

static void advance(cgrt_grammar *s, uint32_t type) {
  switch (type) {
    case CGRT_MAP: s->maps++; break;
    case CGRT_START: s->started = 1; break;
    case CGRT_CONV3: s->conv3++; break;
    case CGRT_TORGB: s->rgb = 1; break;
    default: s->level++; s->conv3 = 0; s->rgb = 0; break;
  }
}

int cgrt_check_grammar(cgrt_grammar *state, const uint8_t *f, const uint8_t *l) {
  if (!may_follow(state, f, l)) return CGRT_E_GRAMMAR;
  advance(state, cgrt_type(l));
  return cgrt_level(l) == state->level ? CGRT_OK : CGRT_E_GRAMMAR;
}
