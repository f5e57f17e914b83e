/* WebAssembly without a libc: output by an imported function, one character at a time. */
#include "port.h"

__attribute__((import_module("port"), import_name("put"))) void port_put(int character);

void *memcpy(void *to, const void *from, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) ((volatile char *)to)[i] = ((const char *)from)[i];
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) ((volatile char *)to)[i] = (char)value;
  return to;
}

void port_print(const char *text) {
  while (*text) port_put(*text++);
}

void port_stack_paint(void) {}
uint32_t port_stack_used(void) { return 0; }
uint32_t port_ticks(void) { return 0; }
