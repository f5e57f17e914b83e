#!/bin/sh
# The budget of firmware: code and constants of the runtime for Thumb-2 at -O2, as linked into a program that opens a file, asks for the
# arena and draws. What the program does not call costs nothing. Portable, and with the kernels made for a processor.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
runtime=$here/../../runtime
constant_limit=2048
compiler=arm-none-eabi-gcc
command -v $compiler > /dev/null || { echo "$compiler is not here, skipped" && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.c <<'END_OF_PROGRAM'
#include "cgrt.h"
extern const unsigned char file[];
extern unsigned char arena[];
static int row(void *user, uint32_t y, const uint8_t *bytes, uint32_t count) { (void)user, (void)y, (void)bytes; return count == 0; }
int main(void) {
  cgrt_model model;
  if (cgrt_open(&model, file, 1000, 0)) return 1;
  return cgrt_generate(&model, arena, cgrt_arena_bytes(&model, 0), 1, 0, 0, row, 0);
}
END_OF_PROGRAM

# Lines of the map: " .text.name  address  size  object", long names broken after the name.
sum() {
  sed '1,/^Linker script and memory map/d' map | awk -v kind="^ *\\.$1" '
    NF == 1 && $1 ~ /^\./ { name = $1; next }
    NF == 3 && $3 ~ /runtime_/ { $0 = name " " $0 }
    NF == 4 && $4 ~ /runtime_/ && (" " $1) ~ kind { print $3 }' | while read -r size; do echo $((size)); done | awk '{ n += $1 } END { print n + 0 }'
}

# check NAME LIMIT FLAGS
check() {
  name=$1 code_limit=$2
  shift 2
  flags="$* -mthumb -std=c99 -O2 -ffunction-sections -fdata-sections -I$runtime/include"
  rm -f ./*.o
  for source in "$runtime"/src/*.c; do $compiler $flags -c "$source" -o "runtime_$(basename "$source" .c).o"; done
  $compiler $flags -c main.c
  $compiler "$@" -mthumb -nostartfiles -nodefaultlibs -Wl,--gc-sections,-e,main,-Map=map,--unresolved-symbols=ignore-all \
    main.o runtime_*.o -o program
  code=$(sum text) constants=$(sum rodata)
  everything=$(arm-none-eabi-size -A runtime_*.o | awk '/^\.text/ { n += $2 } END { print n }')
  echo "$name: code $code bytes of $code_limit, constants $constants of $constant_limit; all functions together $everything"
  [ "$code" -gt 4000 ] && [ "$code" -le "$code_limit" ] && [ "$constants" -gt 1000 ] && [ "$constants" -le $constant_limit ]
}

check "Cortex-M7, portable" 8192 -mcpu=cortex-m7 -DCGRT_PORTABLE
check "Cortex-M7, DSP kernels" 16384 -mcpu=cortex-m7
check "Cortex-M55, MVE kernels" 16384 -mcpu=cortex-m55 -mfloat-abi=hard
check "Cortex-M0+, portable" 16384 -mcpu=cortex-m0plus
