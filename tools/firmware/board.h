/* What the firmware asks of its board. */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>
#include <stdint.h>

/* Variables of the measurement: they lie in memory that the device does not have. */
#define OUTSIDE __attribute__((section(".outside")))

void board_print(const char *text);

/* Ticks of the system timer since the start, wraps counted; to be called at least every 16 million ticks. */
uint32_t board_ticks(void);

/* Ticks of 2,000,000 instructions. */
uint32_t board_calibrate(void);

/* Fills the free stack with a pattern; then tells how many bytes of it below the caller of the first were used since. */
void board_paint_stack(void);
uint32_t board_used_stack(void);

#endif
