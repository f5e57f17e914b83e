#include "dot.h"
#include "kernels.h"

int32_t cgrt_window_dot(const int8_t *row, const int8_t *filter, int32_t first, int32_t taps, uint32_t width, uint32_t cin) {
  int32_t past = first + taps - (int32_t)width;
  if (past > 0) taps -= past;
  row += first * (int32_t)cin;
  if (first < 0) {
    row += cin;
    filter += cin;
    taps--;
  }
  return cgrt_dense_row(row, filter, (uint32_t)taps * cin);
}
