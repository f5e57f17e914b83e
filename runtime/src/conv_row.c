#include "filters.h"

/* Channel by channel: the sums of the whole row, then the epilogue, so that a packed filter is unpacked once a row. */
void cgrt_conv_row_c(const cgrt_conv *c) {
  int32_t *sums = c->to.sums;
  for (uint32_t o = 0; o < c->to.cout; o++) {
    const int8_t *filter = cgrt_conv_filter(c, 0, o);
    if (c->type == CGRT_UP3) {
      cgrt_filter_row_up3(sums, &c->window, filter);
    } else if (c->type == CGRT_UP2P) { /* one packed filter at a time */
      cgrt_filter_row(sums, &c->window, filter, 2, 0);
      cgrt_filter_row(sums, &c->window, cgrt_conv_filter(c, 1, o), 2, 1);
    } else {
      cgrt_filter_row(sums, &c->window, filter, 3, 0);
    }
    cgrt_epilogue_row(&c->to, o);
  }
}
