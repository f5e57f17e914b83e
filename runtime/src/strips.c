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
  int32_t start[2][CGRT_LANES]; /* of the first part of a sum, of others */
  int32_t sums[3][(CGRT_STRIP + 1 + CGRT_TILE) * CGRT_LANES];
  int8_t raw[CGRT_LANES][CGRT_CHUNK_BYTES];
  uint8_t window[3][(CGRT_STRIP + 3 + CGRT_TILE) * CGRT_CHUNK_BYTES];
  uint8_t packed[9 * CGRT_CHUNK_BYTES * CGRT_LANES + 4 * CGRT_LANES];
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
static void pack_run(cgrt_strips *s, uint8_t *to, uint32_t element, uint32_t count) {
  const cgrt_conv *c = s->conv;
  const uint8_t *filter = c->filters[s->phase] + s->first * c->pitch;
  if (c->bits == 8) {
    s->machine->pack(to, (const int8_t *)filter + element, s->finish.lanes, c->pitch, count, s->start[0]);
    return;
  }
  for (uint32_t i = 0; i < s->finish.lanes; i++) s->machine->unpack(s->raw[i], filter + i * c->pitch, element, count, c->bits);
  s->machine->pack(to, s->raw[0], s->finish.lanes, CGRT_CHUNK_BYTES, count, s->start[0]);
}

/* [ky][kx][step][lane][4]. A filter is one run, if nothing is between its columns. */
static void pack_filters(cgrt_strips *s) {
  uint32_t cin = s->conv->window.cin, columns = s->taps * s->taps;
  uint32_t run = s->channels == cin && s->conv->bits == 8 && cin % s->machine->values == 0 ? columns : 1;
  uint64_t key = (uint64_t)(s->first + 1) << 32 | s->channel << 1 | s->phase;
  if (s->in_packed == key) return;
  s->in_packed = key;
  cgrt_zero(s->start, sizeof s->start);
  for (uint32_t i = 0; i < columns; i += run) {
    pack_run(s, s->packed + i * s->steps * 4 * s->machine->lanes, i * cin + s->channel, run * s->channels);
  }
}

/* sums[part] of `pixels` pixels from `first` on, window column `column` on theirs. The parts of an enlarged map are the filter's columns;
 * others have one, with all. */
static void sum_part(cgrt_strips *s, uint32_t part, uint32_t first, uint32_t column, uint32_t pixels, uint32_t taps) {
  uint32_t column_bytes = s->steps * 4 * s->machine->lanes;
  cgrt_tile t;
  t.sums = s->sums[part] + first * s->machine->lanes;
  t.start = s->start[part > 0];
  t.window = s->window[0] + (first + column) * s->pixel_bytes;
  t.packed = s->packed + part * column_bytes;
  t.pixels = pixels;
  t.rows = s->taps;
  t.steps = taps * s->steps;
  t.pixel_bytes = s->pixel_bytes;
  t.row_bytes = sizeof s->window[0];
  t.packed_bytes = s->taps * column_bytes;
  t.add = s->channel > 0;
  s->machine->sum(&t);
}

/* Nearest neighbour: an input pixel lies under two columns of the output, so each of its three products serves two sums. Otherwise rows
 * that are whole tiles are summed one by one, without what is between them. */
static void sum_chunk(cgrt_strips *s) {
  uint32_t pixels = s->rows * (s->width + 1) - 1, each = s->width % s->machine->tile == 0 ? s->width : pixels;
  fill_window(s);
  pack_filters(s);
  if (s->conv->type == CGRT_UP3) {
    sum_part(s, 0, 0, 0, pixels + 1, 1);
    sum_part(s, 1, 0, 1, pixels, 1);
    sum_part(s, 2, 0, 1, pixels + 1, 1);
    return;
  }
  for (uint32_t first = 0; first < pixels; first += each + 1) sum_part(s, 0, first, s->phase, each, s->taps);
}

/* The block's pixels of a row to columns x, x + every, ... of the output. */
static void finish_columns(cgrt_strips *s, const cgrt_target *t, uint32_t x, uint32_t every) {
  cgrt_finish *f = &s->finish;
  f->pixels = s->width;
  f->out = t->out + x * t->cout + s->first;
  f->out_pitch = every * t->cout;
  f->noise = t->noise ? t->noise + x : 0;
  f->noise_pitch = every;
  s->machine->finish(f);
}

/* Of an enlarged row, column 2j takes the products of pixels j - 1, j, j, column 2j + 1 those of j, j, j + 1. */
static void finish_row(cgrt_strips *s, uint32_t row) {
  const cgrt_target *t = &s->conv[row].to;
  uint32_t type = s->conv->type, lanes = s->machine->lanes, at = row * (s->width + 1) * lanes;
  cgrt_finish *f = &s->finish;
  f->sums[0] = s->sums[0] + at;
  f->sums[1] = type == CGRT_UP3 ? s->sums[1] + at : 0;
  f->sums[2] = s->sums[2] + at;
  if (type == CGRT_CONV3) {
    finish_columns(s, t, s->from, 1);
    return;
  }
  finish_columns(s, t, 2 * s->from + s->phase, 2);
  if (type == CGRT_UP2P) return;
  f->sums[0] += lanes;
  f->sums[2] += lanes;
  finish_columns(s, t, 2 * s->from + 1, 2);
}

void cgrt_open_finish(cgrt_finish *f, const cgrt_target *t, uint32_t first, uint32_t lanes) {
  f->lanes = cgrt_min(t->cout - first, lanes);
  f->shift = t->shift;
  for (uint32_t i = 0; i < CGRT_LANES; i++) {
    const cgrt_channel *channel = &t->channels[first + cgrt_min(i, f->lanes - 1)];
    f->bias[i] = channel->bias;
    f->up[i] = 2 * channel->up;
    f->down[i] = 2 * channel->down;
    f->strength[i] = cgrt_strength(t, first + cgrt_min(i, f->lanes - 1));
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
  cgrt_open_finish(&s->finish, &s->conv->to, s->first, s->machine->lanes);
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
