#include <stdio.h>

#include "port.h"

void port_print(const char *text) { fputs(text, stdout); }
uint32_t port_ticks(void) { return 0; }
void port_stack_paint(void) {}
uint32_t port_stack_used(void) { return 0; }
