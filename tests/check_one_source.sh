#!/bin/sh
# The runtime as one source (cmake/Amalgamate.cmake), as `centigan export` writes it, compiles without a warning for every target whose
# compiler is here.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake "-DRUNTIME=$root/runtime" "-DOUT=$work/cgrt.c" -P "$root/cmake/Amalgamate.cmake"

compile() {
  command -v "$1" > /dev/null || return 0
  "$@" -std=c99 -Wall -Wextra -Wpedantic -Werror -include "$root/runtime/include/cgrt.h" -c "$work/cgrt.c" -o "$work/cgrt.o" ||
    { echo "not as one source: $*" && exit 1; }
  echo "clean: $*"
}
compile gcc -O1
compile clang -O1
compile arm-none-eabi-gcc -mcpu=cortex-m0plus -mthumb -O1 -ffreestanding
compile arm-none-eabi-gcc -mcpu=cortex-m7 -mthumb -O1 -ffreestanding
compile arm-none-eabi-gcc -mcpu=cortex-m55 -mthumb -mfloat-abi=hard -O1 -ffreestanding
compile aarch64-linux-gnu-gcc -O1
