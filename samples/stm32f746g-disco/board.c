/* STM32F746G-DISCO with registers alone: 216 MHz from the 25 MHz crystal, caches on, 115200 baud on the USB socket of
 * the debugger (USART1, pin PA9). Section numbers are those of the reference manual RM0385 and, for the core, of
 * PM0253. */
#include "board.h"

#define REG(address) (*(volatile uint32_t*)(address))

/* RCC, 5.3 */
#define RCC_CR REG(0x40023800)
#define RCC_PLLCFGR REG(0x40023804)
#define RCC_CFGR REG(0x40023808)
#define RCC_AHB1ENR REG(0x40023830)
#define RCC_APB1ENR REG(0x40023840)
#define RCC_APB2ENR REG(0x40023844)
/* PWR, 4.4; FLASH, 3.7 */
#define PWR_CR1 REG(0x40007000)
#define PWR_CSR1 REG(0x40007004)
#define FLASH_ACR REG(0x40023C00)
/* GPIOA, 6.4; USART1, 31.8 */
#define GPIOA_MODER REG(0x40020000)
#define GPIOA_AFRH REG(0x40020024)
#define USART1_CR1 REG(0x40011000)
#define USART1_BRR REG(0x4001100C)
#define USART1_ISR REG(0x4001101C)
#define USART1_TDR REG(0x40011028)
/* Core: caches and the clock counter */
#define SCB_CCR REG(0xE000ED14)
#define SCB_ICIALLU REG(0xE000EF50)
#define SCB_DCISW REG(0xE000EF60)
#define DEMCR REG(0xE000EDFC)
#define DWT_CTRL REG(0xE0001000)
#define DWT_CYCCNT REG(0xE0001004)
#define DWT_LAR REG(0xE0001FB0)

enum { CRYSTAL_MHZ = 25, CORE_MHZ = 216, APB2_HZ = 108000000, BAUD = 115200 };

#define BARRIER() __asm__ volatile("dsb\n isb" : : : "memory")

static void wait_for(volatile uint32_t* reg, uint32_t bits, uint32_t value) {
  while ((*reg & bits) != value) {
  }
}

/* 216 MHz need the over-drive and seven wait states (3.3.2, 4.1.4). The accelerator and prefetch hide them. */
static void start_clocks(void) {
  RCC_APB1ENR |= 1u << 28; /* PWR */
  RCC_CR |= 1u << 16;      /* crystal on */
  wait_for(&RCC_CR, 1u << 17, 1u << 17);
  PWR_CR1 |= 3u << 14; /* regulator scale 1 */
  RCC_PLLCFGR =
      CRYSTAL_MHZ | 2 * CORE_MHZ << 6 | 0u << 16 | 1u << 22 | 9u << 24; /* 1 MHz times 432, by 2; from the crystal */
  RCC_CR |= 1u << 24;
  PWR_CR1 |= 1u << 16; /* over-drive, then switch to it */
  wait_for(&PWR_CSR1, 1u << 16, 1u << 16);
  PWR_CR1 |= 1u << 17;
  wait_for(&PWR_CSR1, 1u << 17, 1u << 17);
  wait_for(&RCC_CR, 1u << 25, 1u << 25);
  FLASH_ACR = 7u | 1u << 8 | 1u << 9;
  wait_for(&FLASH_ACR, 15u, 7u);
  RCC_CFGR = 5u << 10 | 4u << 13; /* APB1 by 4, APB2 by 2 */
  RCC_CFGR |= 2u;                 /* the core runs from the PLL */
  wait_for(&RCC_CFGR, 3u << 2, 2u << 2);
}

/* Both are off and hold anything after a reset. 4 KB of data: 32 sets of 4 ways with lines of 32 bytes. */
static void start_caches(void) {
  SCB_ICIALLU = 0;
  for (uint32_t set = 0; set < 32; set++)
    for (uint32_t way = 0; way < 4; way++) SCB_DCISW = way << 30 | set << 5;
  BARRIER();
  SCB_CCR |= 3u << 16;
  BARRIER();
}

static void start_port(void) {
  RCC_AHB1ENR |= 1u;      /* GPIOA */
  RCC_APB2ENR |= 1u << 4; /* USART1 */
  BARRIER();
  GPIOA_MODER = (GPIOA_MODER & ~(3u << 18)) | 2u << 18; /* PA9: alternate function 7 */
  GPIOA_AFRH = (GPIOA_AFRH & ~(15u << 4)) | 7u << 4;
  USART1_BRR = (APB2_HZ + BAUD / 2) / BAUD;
  USART1_CR1 = 1u | 1u << 3; /* on, sends; 8 bits, no parity */
}

void board_start(void) {
  start_clocks();
  start_caches();
  start_port();
  DEMCR |= 1u << 24;
  DWT_LAR = 0xC5ACCE55; /* the M7 locks its counter */
  DWT_CYCCNT = 0;
  DWT_CTRL |= 1u;
}

void board_put(uint8_t byte) {
  wait_for(&USART1_ISR, 1u << 7, 1u << 7);
  USART1_TDR = byte;
}

uint32_t board_clocks(void) {
  return DWT_CYCCNT;
}

int board_goes_on(uint32_t pictures) {
  (void)pictures;
  return 1;
}
