#include "strips.h"

#if CGRT_VECTORS

/* State and scratch of a block: a strip of one row, or several whole rows, one pixel of zeros between them. */
typedef struct cgrt_strips {
  const cgrt_conv *conv; /* the first row */
  const cgrt_lanes *machine;
  uint32_t taps;            /* columns and rows of a filter */
  uint32_t rows, from, width; /* of the block: rows, first pixel, pixels of a row */
  uint32_t phase, first;    /* the outputs at hand */
  uint32_t channel, channels, steps, pixel_bytes; /* the chunk */
  uint64_t in_window, in_packed; /* what is there already */
  cgrt_finish finish;
  int32_t start[3][CGRT_LANES];
  int32_t sums[3][(CGRT_STRIP + 1 + CGRT_TILE) * CGRT_LANES];
  int32_t enlarged[2 * CGRT_ENLARGED * CGRT_LANES];
  int8_t raw[CGRT_LANES][CGRT_CHUNK_BYTES];
  uint8_t window[3][(CGRT_STRIP + 3 + CGRT_TILE) * CGRT_CHUNK_BYTES];
  uint8_t packed[9 * CGRT_CHUNK_BYTES * CGRT_LANES];
} cgrt_strips;

/* Elements first .. first + count - 1 of a packed filter. */
void cgrt_unpack_part(int8_t *to, const uint8_t *packed, uint32_t first, uint32_t count, uint32_t bits) {
  for (uint32_t i = first; i < first + count; i++) {
    uint32_t at = i * bits, sign = 1u << (bits - 1), pool = packed[at / 8];
    if (at % 8 + bits > 8) pool |= (uint32_t)packed[at / 8 + 1] << 8;
    *to++ = (int8_t)((int32_t)((pool >> at % 8 & (2 * sign - 1)) ^ sign) - (int32_t)sign);
  }
}

static void widen(const cgrt_strips *s, uint8_t *to, const int8_t *from, uint32_t pixels) {
  s->machine->widen(to, from, pixels, s->channels, s->conv->window.cin, s->pixel_bytes);
}

/* One row under the filter, and a pixel on both sides of it; zeros outside of the map. */
static void fill_row(const cgrt_strips *s, uint8_t *to, const cgrt_window *w, uint32_t ky) {
  uint32_t from = s->from ? s->from - 1 : 0, past = cgrt_min(s->from + s->width + 1, w->width), left = !s->from;
  if (!w->rows[ky]) {
    widen(s, to, 0, s->width + 2);
    return;
  }
  if (left) widen(s, to, 0, 1);
  widen(s, to + left * s->pixel_bytes, w->rows[ky] + from * w->cin + s->channel, past - from);
  if (past == s->from + s->width) widen(s, to + (s->width + 1) * s->pixel_bytes, 0, 1);
}

static void fill_window(cgrt_strips *s) {
  uint64_t key = (uint64_t)(s->from + 1) << 32 | s->channel;
  if (s->in_window == key) return;
  s->in_window = key;
  for (uint32_t ky = 0; ky < s->taps; ky++) {
    for (uint32_t r = 0; r < s->rows; r++) {
      fill_row(s, s->window[ky] + r * (s->width + 1) * s->pixel_bytes, &s->conv[r].window, ky);
    }
  }
}

/* `count` elements of all filters at hand. */
static void pack_run(cgrt_strips *s, uint8_t *to, uint32_t element, uint32_t count, int32_t *start) {
  const cgrt_conv *c = s->conv;
  const uint8_t *filter = c->filters[s->phase] + s->first * c->pitch;
  const int8_t *filters[CGRT_LANES] = {0};
  for (uint32_t i = 0; i < s->finish.lanes; i++, filter += c->pitch) {
    filters[i] = (const int8_t *)filter + element;
    if (c->bits == 8) continue;
    s->machine->unpack(s->raw[i], filter, element, count, c->bits);
    filters[i] = s->raw[i];
  }
  s->machine->pack(to, filters, count, start);
}

/* [ky][tap], for an enlarged map [tap][ky]. The columns of a filter's row are one run, if nothing is between them. */
static void pack_filters(cgrt_strips *s) {
  uint32_t cin = s->conv->window.cin, up3 = s->conv->type == CGRT_UP3, bytes = 4 * s->machine->lanes * s->steps;
  uint32_t run = s->channels == cin && s->conv->bits == 8 && cin % s->machine->values == 0 && !up3 ? s->taps : 1;
  uint64_t key = (uint64_t)(s->first + 1) << 32 | s->channel << 1 | s->phase;
  if (s->in_packed == key) return;
  s->in_packed = key;
  cgrt_zero(s->start, sizeof s->start);
  for (uint32_t ky = 0; ky < s->taps; ky++) {
    for (uint32_t tap = 0; tap < s->taps; tap += run) {
      uint32_t place = up3 ? tap * s->taps + ky : ky * s->taps + tap;
      uint32_t element = (ky * s->taps + tap) * cin + s->channel;
      pack_run(s, s->packed + place * bytes, element, run * s->channels, s->start[up3 ? tap : 0]);
    }
  }
}

/* sums[part] from window column `column` on; the part of an enlarged map is a filter column. */
static void sum_part(cgrt_strips *s, uint32_t part, uint32_t column, uint32_t pixels, uint32_t taps) {
  cgrt_tile t;
  t.sums = s->sums[part];
  t.start = s->start[part];
  t.window = s->window[0] + column * s->pixel_bytes;
  t.packed = s->packed + part * s->taps * s->steps * 4 * s->machine->lanes;
  t.pixels = pixels;
  t.rows = s->taps;
  t.steps = taps * s->steps;
  t.pixel_bytes = s->pixel_bytes;
  t.row_bytes = sizeof s->window[0];
  t.add = s->channel > 0;
  s->machine->sum(&t);
}

/* Nearest neighbour: an input pixel lies under two columns of the output, so each of its three products serves two sums. */
static void sum_chunk(cgrt_strips *s) {
  uint32_t pixels = s->rows * (s->width + 1) - 1;
  fill_window(s);
  pack_filters(s);
  if (s->conv->type == CGRT_UP3) {
    sum_part(s, 0, 0, pixels + 1, 1);
    sum_part(s, 1, 1, pixels, 1);
    sum_part(s, 2, 1, pixels + 1, 1);
  } else {
    sum_part(s, 0, s->phase, pixels, s->taps);
  }
}

/* Column 2j takes the products of pixels j - 1, j, j, column 2j + 1 those of j, j, j + 1. */
static void enlarge(cgrt_strips *s, uint32_t at, uint32_t pixels) {
  uint32_t lanes = s->machine->lanes;
  const int32_t *a = s->sums[0] + at * lanes, *b = s->sums[1] + at * lanes, *c = s->sums[2] + at * lanes;
  int32_t *to = s->enlarged;
  for (uint32_t j = 0; j < pixels; j++, a += lanes, b += lanes, c += lanes, to += 2 * lanes) {
    for (uint32_t i = 0; i < lanes; i++) {
      to[i] = a[i] + b[i] + c[i];
      to[lanes + i] = a[lanes + i] + b[i] + c[lanes + i];
    }
  }
}

/* Output pixels from column x on, every `every`-th. */
static void finish_pixels(cgrt_strips *s, const cgrt_target *t, const int32_t *sums, uint32_t x, uint32_t pixels, uint32_t every) {
  cgrt_finish *f = &s->finish;
  f->sums = sums;
  f->pixels = pixels;
  f->out = t->out + x * t->cout + s->first;
  f->out_pitch = every * t->cout;
  f->noise = t->noise ? t->noise + x : 0;
  f->noise_pitch = every;
  s->machine->finish(f);
}

static void finish_row(cgrt_strips *s, uint32_t row) {
  const cgrt_target *t = &s->conv[row].to;
  uint32_t type = s->conv->type, at = row * (s->width + 1);
  if (type == CGRT_CONV3) {
    finish_pixels(s, t, s->sums[0] + at * s->machine->lanes, s->from, s->width, 1);
  } else if (type == CGRT_UP2P) {
    finish_pixels(s, t, s->sums[0] + at * s->machine->lanes, 2 * s->from + s->phase, s->width, 2);
  } else {
    for (uint32_t x = 0; x < s->width; x += CGRT_ENLARGED) {
      uint32_t pixels = cgrt_min(s->width - x, CGRT_ENLARGED);
      enlarge(s, at + x, pixels);
      finish_pixels(s, t, s->enlarged, 2 * (s->from + x), 2 * pixels, 1);
    }
  }
}

static void open_outputs(cgrt_strips *s) {
  const cgrt_target *t = &s->conv->to;
  cgrt_finish *f = &s->finish;
  f->lanes = cgrt_min(t->cout - s->first, s->machine->lanes);
  f->shift = t->shift;
  for (uint32_t i = 0; i < CGRT_LANES; i++) {
    const cgrt_channel *channel = &t->channels[s->first + cgrt_min(i, f->lanes - 1)];
    f->bias[i] = channel->bias;
    f->up[i] = 2 * channel->up;
    f->down[i] = 2 * channel->down;
    f->strength[i] = cgrt_strength(t, s->first + cgrt_min(i, f->lanes - 1));
  }
}

/* All channels of the input for the outputs at hand, then the values of the block. */
static void block(cgrt_strips *s) {
  uint32_t cin = s->conv->window.cin, values = s->machine->values;
  for (s->channel = 0; s->channel < cin; s->channel += s->channels) {
    s->channels = cgrt_min(cin - s->channel, CGRT_CHUNK_BYTES / 4 * values);
    s->steps = (s->channels + values - 1) / values;
    s->pixel_bytes = 4 * s->steps;
    sum_chunk(s);
  }
  for (uint32_t row = 0; row < s->rows; row++) finish_row(s, row);
}

static void outputs(cgrt_strips *s) {
  uint32_t width = s->conv->window.width, most = s->rows > 1 || width <= CGRT_STRIP ? width : CGRT_STRIP - CGRT_STRIP % 16;
  open_outputs(s);
  for (s->from = 0; s->from < width; s->from += s->width) {
    s->width = cgrt_min(width - s->from, most);
    block(s);
  }
}

void cgrt_conv_strips(const cgrt_conv *rows, uint32_t count, const cgrt_lanes *machine) {
  uint32_t phases = rows->type == CGRT_UP2P ? 2 : 1, together = cgrt_max(1, (CGRT_STRIP + 1) / (rows->window.width + 1));
  cgrt_strips s;
  s.machine = machine;
  s.taps = rows->type == CGRT_UP2P ? 2 : 3;
  s.in_packed = 0;
  for (uint32_t row = 0; row < count; row += s.rows) {
    s.conv = rows + row;
    s.rows = cgrt_min(count - row, together);
    s.in_window = 0;
    for (s.phase = 0; s.phase < phases; s.phase++) {
      for (s.first = 0; s.first < rows->to.cout; s.first += machine->lanes) outputs(&s);
    }
  }
}

#else
typedef char cgrt_no_strips; /* ISO C wants a declaration in every file */
#endif
