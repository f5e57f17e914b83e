/* What the program needs from its machine. */
#ifndef PORT_H
#define PORT_H

#include <stddef.h>

void port_print(const char *text);

/* Fills the free stack with a pattern; then tells how much of it was overwritten since, with `more` bytes added. Lines that begin
 * with # are not part of the picture. */
void port_stack_paint(void);
void port_stack_report(size_t more);

#endif
