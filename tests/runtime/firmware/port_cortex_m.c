/* A bare Cortex-M: vectors, start, output by semihosting. No libc: the two functions the runtime calls are here, byte by byte,
 * because with -mno-unaligned-access every unaligned one is set to fault, as on the smallest cores. */
#include <stdint.h>

#include "port.h"

extern uint32_t stack_top[], data_start[], data_end[], data_image[], bss_start[], bss_end[];
int main(void);

void *memcpy(void *to, const void *from, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) ((volatile uint8_t *)to)[i] = (uint8_t)value;
  return to;
}

static int semihost(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void port_print(const char *text) { semihost(4, text); }

enum { PATTERN = 0x5a5a5a5a, STACK_WORDS = 1024 };
static uint32_t *painted_from;

void port_stack_paint(void) {
  uint32_t here;
  __asm__ volatile("mov %0, sp" : "=r"(here));
  painted_from = (uint32_t *)(here - 32); /* below this function's own frame */
  for (volatile uint32_t *p = painted_from - STACK_WORDS; p < painted_from; p++) *p = PATTERN;
}

void port_stack_report(size_t more) {
  const volatile uint32_t *p = painted_from - STACK_WORDS;
  char text[32] = "# stack and model        bytes\n";
  uint32_t used;
  while (p < painted_from && *p == PATTERN) p++;
  used = (uint32_t)(painted_from - p) * 4 + (uint32_t)more;
  for (int i = 23; used != 0; i--, used /= 10) text[i] = (char)('0' + used % 10);
  port_print(text);
}

static void stop(int status) { semihost(0x18, (const void *)(status == 0 ? 0x20026 : 0x20023)); }

static void fault(void) {
  port_print("fault\n");
  stop(1);
}

void reset(void) {
#ifndef __ARM_FEATURE_UNALIGNED
  *(volatile uint32_t *)0xE000ED14 |= 8; /* CCR.UNALIGN_TRP */
#endif
  memcpy(data_start, data_image, (size_t)((uint8_t *)data_end - (uint8_t *)data_start));
  memset(bss_start, 0, (size_t)((uint8_t *)bss_end - (uint8_t *)bss_start));
  stop(main());
  for (;;) {}
}

__attribute__((section(".vectors"), used)) static const void *const vectors[8] = {
    stack_top, (const void *)reset, (const void *)fault, (const void *)fault, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault};
