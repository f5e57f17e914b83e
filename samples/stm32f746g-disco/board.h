/* What main.c needs of a board. */
#ifndef BOARD_H
#define BOARD_H
#include <stdint.h>

void board_start(void);               /* clocks, caches, serial port */
void board_put(uint8_t byte);         /* waits until the port has taken it */
uint32_t board_clocks(void);          /* a counter that runs with the core */
int board_goes_on(uint32_t pictures); /* 0: enough */

#endif
