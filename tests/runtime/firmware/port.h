/* What the program needs from its machine. */
#ifndef PORT_H
#define PORT_H

#include <stddef.h>
#include <stdint.h>

void port_print(const char *text);

/* Time since the first call, in ticks of so many instructions that the emulator's board defines (boards.sh); 0 on a desktop. */
uint32_t port_ticks(void);

/* Fills the free stack with a pattern; then tells how many bytes of it were overwritten since; 0 on a desktop. */
void port_stack_paint(void);
uint32_t port_stack_used(void);

#endif
