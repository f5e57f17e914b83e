/* A bare Cortex-M in an emulator: vectors, start, output and exit by semihosting. On a real board the vendor's files take its place. */
#include "board.h"

extern uint32_t stack_top[], stack_bottom[], data_start[], data_end[], data_image[], bss_start[], bss_end[], outside_start[],
    outside_end[];
int main(void);

enum { SYS_WRITE0 = 4, SYS_EXIT = 0x18, EXIT_GOOD = 0x20026, EXIT_BAD = 0x20023 };
enum { PATTERN = 0x5a5a5a5a };

static volatile uint32_t *const syst = (volatile uint32_t *)0xE000E010; /* control, reload, current value */

static int semihost(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void board_print(const char *text) { semihost(SYS_WRITE0, text); }

static uint32_t last OUTSIDE, total OUTSIDE;

uint32_t board_ticks(void) {
  uint32_t now = syst[2];
  total += (last - now) & 0xFFFFFF;
  last = now;
  return total;
}

uint32_t board_calibrate(void) {
  uint32_t start = board_ticks(), rounds = 1000000;
  __asm__ volatile("1: subs %0, #1\n bne 1b" : "+l"(rounds) : : "cc");
  return board_ticks() - start;
}

static uint32_t painted_by OUTSIDE;

void board_paint_stack(void) {
  uint32_t here;
  __asm__ volatile("mov %0, sp" : "=r"(here));
  painted_by = here;
  for (volatile uint32_t *p = stack_bottom; (uintptr_t)p < here - 64; p++) *p = PATTERN; /* not this function's own frame */
}

uint32_t board_used_stack(void) {
  const volatile uint32_t *p = stack_bottom;
  while ((uintptr_t)p < painted_by && *p == PATTERN) p++;
  return painted_by - (uint32_t)(uintptr_t)p;
}

static void stop(int status) { semihost(SYS_EXIT, (const void *)(status == 0 ? EXIT_GOOD : EXIT_BAD)); }

static void fault(void) {
  board_print("fault\n");
  stop(1);
}

static void zero(uint32_t *from, uint32_t *to) {
  for (volatile uint32_t *p = from; p < to; p++) *p = 0;
}

void reset(void) {
#ifndef __ARM_FEATURE_UNALIGNED
  *(volatile uint32_t *)0xE000ED14 |= 8; /* CCR.UNALIGN_TRP: what the smallest cores cannot do is a fault here too */
#endif
#if defined(__ARM_FEATURE_MVE)
  *(volatile uint32_t *)0xE000ED88 |= 0xF << 20; /* CPACR: vector registers on */
#endif
  for (uint32_t i = 0; data_start + i < data_end; i++) data_start[i] = data_image[i];
  zero(bss_start, bss_end);
  zero(outside_start, outside_end);
  syst[1] = 0xFFFFFF;
  syst[2] = 0;
  syst[0] = 5; /* on, processor clock, no interrupt */
  last = syst[2];
  stop(main());
  for (;;) {}
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_top, (const void *)reset, (const void *)fault, (const void *)fault, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault};
