#!/bin/sh
# same_bytes.sh [MODEL.cgm ...]: the same pictures from gcc and clang at several levels, from emulated microcontrollers with and without the
# kernels made for them and with unaligned access trapped, and, where their tools are installed, from AArch64, RV64 and WebAssembly. Every
# hand-over and row width. Without an argument it draws models of the test builder. MAKE_MODEL names that program, or it is built.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
runtime=$here/../../runtime
firmware=$here/firmware
for tool in gcc arm-none-eabi-gcc qemu-system-arm; do
  command -v $tool > /dev/null || { echo "$tool is not here, skipped" && exit 77; }
done
for model; do
  shift
  set -- "$@" "$(realpath "$model")"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
. "$firmware/boards.sh"

# Models: S, random ones that meet most features (all layer types, packed weights, labels, odd sizes), one of them with many channels, and
# widths that kernels like.
if [ $# = 0 ]; then
  make=${MAKE_MODEL:-$work/make_model}
  [ -x "$make" ] || g++ -std=c++17 "$here"/make_model.cpp "$here"/model_spec.cpp "$here"/model_arena.cpp "$here"/students.cpp \
    "$here"/random_model.cpp "$here"/naive_random.cpp -o "$make"
  "$make" s.cgm > /dev/null
  for id in 7 12 14 33; do "$make" r$id.cgm $id > /dev/null; done
  "$make" p.cgm layers 8 p 7 > /dev/null && "$make" u.cgm layers 20 3 7 > /dev/null
  set -- s.cgm r7.cgm r12.cgm r14.cgm r33.cgm p.cgm u.cgm
fi

have() { # TOOL...
  for tool; do command -v "$tool" > /dev/null || return 1; done
}
builds="gcc-native-O0 gcc-native-O3 gcc-portable-O2 m0plus-strict-O2 m7-portable-O2 m7-strict-Os m7-dsp-O2 m7-dsp-O3 m7-dspstrict-Os"
builds="$builds m55-mve-O2 m55-mve-O3"
if have clang; then builds="$builds clang-native-O2"; fi
if have aarch64-linux-gnu-gcc qemu-aarch64; then builds="$builds aarch64-neon-O2 aarch64-dotprod-O2"; fi
if have riscv64-linux-gnu-gcc qemu-riscv64; then builds="$builds riscv64-native-O2"; fi
if have clang wasm-ld node; then builds="$builds wasm-native-O2 wasm-simd-O2"; fi
for build in $builds; do build_runtime "$build"; done

for model; do
  embed "$model"
  for build in $builds; do
    run_program "$build" draw_main.c > raw || { tail -5 raw; echo "$model: $build failed" && exit 1; }
    used=$(sed -n 's/^#[^0-9]*\([0-9]*\) bytes$/\1/p' raw)
    limit=512 # the promise, at -O2 and -O3; -Os trades stack for code
    case $build in *-Os) limit=544 ;; esac
    [ "${used:-0}" -lt $limit ] || { echo "$build: stack and model object take $used bytes, $limit or more" && exit 1; }
    grep -v '^#' raw > "$build.txt"
    cmp -s gcc-native-O0.txt "$build.txt" || { echo "$model: $build differs" && exit 1; }
  done
  tail -1 gcc-native-O0.txt | grep -q '^done' || { echo "$model: not drawn" && exit 1; }
  echo "$(basename "$model"): the same from $builds; SHA-256 $(sha256sum < gcc-native-O0.txt | cut -c1-64)"
done
