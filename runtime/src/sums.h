/* Sums of one channel of a row, before bias and noise, into run->sums: of a convolution, or of the START layer. */
#ifndef CGRT_SUMS_H
#define CGRT_SUMS_H

#include "kernels.h"

void cgrt_open_window(cgrt_window *window, const cgrt_run *run, uint32_t k, uint32_t y);
void cgrt_conv_sums(const cgrt_run *run, const uint8_t *layer, const cgrt_window *window, uint32_t y, uint32_t o);
void cgrt_start_sums(const cgrt_run *run, const uint8_t *layer, uint32_t y, uint32_t o);

#endif
