#include <stdio.h>

#include "port.h"

void port_print(const char *text) { fputs(text, stdout); }
void port_stack_paint(void) {}
void port_stack_report(size_t more) { (void)more; }
