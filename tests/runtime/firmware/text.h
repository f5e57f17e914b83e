/* Printing for programs without a libc. */
#ifndef TEXT_H
#define TEXT_H

#include "port.h"

static inline void print_number(const char *before, uint32_t value) {
  char text[12] = {0};
  int at = 10;
  do text[at--] = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  port_print(before);
  port_print(text + at + 1);
}

/* Folds a row into a check sum of a picture; start with 0. */
static inline uint32_t fold_row(uint32_t sum, const uint8_t *row, uint32_t bytes) {
  for (uint32_t i = 0; i < bytes; i++) sum = (sum ^ row[i]) * 16777619u + 1;
  return sum;
}

#endif
