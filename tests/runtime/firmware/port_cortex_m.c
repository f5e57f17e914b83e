/* A bare Cortex-M: vectors, start, output by semihosting. No libc: the two functions the runtime calls are here, word by word only where
 * that is aligned, because with -mno-unaligned-access every unaligned access is set to fault, as on the smallest cores. */
#include "port.h"

extern uint32_t stack_top[], data_start[], data_end[], data_image[], bss_start[], bss_end[];
int main(void);

void *memcpy(void *to, const void *from, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  size_t i = 0;
  if ((uintptr_t)to % 4 == 0) {
    for (; i + 4 <= bytes; i += 4) *(volatile uint32_t *)((uint8_t *)to + i) = (uint8_t)value * 0x01010101u;
  }
  for (; i < bytes; i++) ((volatile uint8_t *)to)[i] = (uint8_t)value;
  return to;
}

static int semihost(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void port_print(const char *text) { semihost(4, text); }

static volatile uint32_t *const systick = (volatile uint32_t *)0xE000E010; /* control, reload, current */

/* The counter has 24 bits and counts down; its control register tells whether it wrapped since the last look, so look at least once in
 * 671 million instructions. No interrupt: that would use the stack. */
uint32_t port_ticks(void) {
  static uint32_t wraps;
  uint32_t now;
  if ((systick[0] & 1) == 0) {
    systick[1] = systick[2] = 0xFFFFFF;
    systick[0] = 5; /* on, at the clock of the core */
    while (systick[2] == 0) {}
  }
  now = systick[2];
  if (systick[0] >> 16 & 1) {
    wraps++;
    now = systick[2];
  }
  return wraps << 24 | (0xFFFFFF - now);
}

enum { PATTERN = 0x5a5a5a5a, STACK_WORDS = 1024 };
static uint32_t *painted_from, *painted_by;

void port_stack_paint(void) {
  uint32_t here;
  __asm__ volatile("mov %0, sp" : "=r"(here));
  painted_by = (uint32_t *)here;
  painted_from = (uint32_t *)(here - 32); /* below this function's own frame */
  for (volatile uint32_t *p = painted_from - STACK_WORDS; p < painted_from; p++) *p = PATTERN;
}

uint32_t port_stack_used(void) {
  const volatile uint32_t *p = painted_from - STACK_WORDS;
  while (p < painted_from && *p == PATTERN) p++;
  return (uint32_t)(painted_by - p) * 4;
}

static void stop(int status) { semihost(0x18, (const void *)(status == 0 ? 0x20026 : 0x20023)); }

static void fault(void) {
  port_print("fault\n");
  stop(1);
}

void reset(void) {
#ifdef __ARM_FEATURE_MVE
  *(volatile uint32_t *)0xE000ED88 |= 0xF << 20; /* CPACR: the vector unit is off after reset */
  __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
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
