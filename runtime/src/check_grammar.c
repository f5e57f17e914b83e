#include "check.h"

/* model = MAP{map_layers} START tail { (UP3 | UP2P) tail }, tail = CONV3{0..3} [TORGB]; TORGB exactly in levels >= rgb_first. */

static int go_up(cgrt_grammar *s, const uint8_t *f) {
  int rgb_is_there = s->rgb || s->level < cgrt_rgb_first(f);
  s->conv3 = 0;
  s->rgb = 0;
  return rgb_is_there && s->started && ++s->level < cgrt_levels(f);
}

/* Takes the layer into account and tells whether it may stand there. After a refusal the state does not matter. */
static int follow(cgrt_grammar *s, const uint8_t *f, uint32_t type) {
  switch (type) {
    case CGRT_MAP: return !s->started && s->maps++ < cgrt_map_layers(f);
    case CGRT_START: return !s->started++ && s->maps == cgrt_map_layers(f);
    case CGRT_CONV3: return s->started && !s->rgb && s->conv3++ < 3;
    case CGRT_TORGB: return s->started && !s->rgb++ && s->level >= cgrt_rgb_first(f);
    default: return go_up(s, f);
  }
}

int cgrt_check_grammar(cgrt_grammar *state, const uint8_t *f, const uint8_t *l) {
  return follow(state, f, cgrt_type(l)) && cgrt_level(l) == state->level ? CGRT_OK : CGRT_E_GRAMMAR;
}
