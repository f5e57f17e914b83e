/* What runs before main, and the two functions of libc that the runtime calls. */
#include <stddef.h>
#include <stdint.h>

extern uint32_t stack_top[], data_start[], data_end[], data_image[], bss_start[], bss_end[];
int main(void);

void* memcpy(void* to, const void* from, size_t bytes) {
  uint8_t* t = to;
  const uint8_t* f = from;
  while (bytes--) *t++ = *f++;
  return to;
}

void* memset(void* to, int value, size_t bytes) {
  uint8_t* t = to;
  while (bytes--) *t++ = (uint8_t)value;
  return to;
}

static void stop(void) {
  for (;;) {
  } /* look with the debugger */
}

static void reset(void) {
  for (uint32_t i = 0; data_start + i < data_end; i++) data_start[i] = data_image[i];
  for (volatile uint32_t* p = bss_start; p < bss_end; p++) *p = 0;
  main();
  stop();
}

/* Stack, reset, and the exceptions of the core. No interrupt is switched on. */
__attribute__((section(".vectors"), used)) static const void* const vectors[16] = {
    stack_top,         (const void*)reset, (const void*)stop, (const void*)stop,
    (const void*)stop, (const void*)stop,  (const void*)stop};
