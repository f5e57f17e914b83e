#!/bin/sh
# same_bytes.sh [MODEL.cgm ...]: the same pictures from gcc and clang at several levels, from an emulated Cortex-M7, once with
# unaligned access trapped, and, where their tools are installed, from AArch64, RV64 and WebAssembly. Without an argument it draws models of the test builder. MAKE_MODEL names that program, or it is built.
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

# Models: S, and random ones that meet most features (all layer types, packed weights, labels), one of them with many channels.
if [ $# = 0 ]; then
  make=${MAKE_MODEL:-$work/make_model}
  [ -x "$make" ] || g++ -std=c++17 "$here"/make_model.cpp "$here"/model_spec.cpp "$here"/model_arena.cpp \
    "$here"/random_model.cpp "$here"/naive_random.cpp -o "$make"
  "$make" s.cgm && "$make" r1.cgm 7 && "$make" r2.cgm 12 && "$make" broad.cgm 14
  set -- s.cgm r1.cgm r2.cgm broad.cgm
fi

# embed FILE: model.h with its bytes, 8-byte aligned.
embed() {
  {
    echo '#include <stdint.h>'
    echo 'static const union { uint64_t align; uint8_t bytes['"$(wc -c < "$1")"']; } embedded = {.bytes = {'
    od -An -v -tu1 "$1" | sed 's/  */,/g; s/^,//; s/$/,/'
    echo '}};'
    echo '#define model_bytes embedded.bytes'
  } > model.h
}

# Each build compiles the runtime once, then one program per model.
flags="-std=c99 -I$runtime/include -I$firmware -I$work"
arm="arm-none-eabi-gcc -mcpu=cortex-m7 -mthumb -nostdlib"

compiler_of() { # BUILD
  case $1 in
    gcc-O0) echo gcc -O0 ;;
    gcc-O3) echo gcc -O3 ;;
    clang-O2) echo clang -O2 ;;
    cortex-m7-O2) echo "$arm" -O2 ;;
    cortex-m7-Os) echo "$arm" -Os -mno-unaligned-access ;;
    portable-O2) echo gcc -O2 -DCGRT_PORTABLE ;;
    aarch64-neon) echo aarch64-linux-gnu-gcc -O2 -static ;;
    aarch64-dotprod) echo aarch64-linux-gnu-gcc -O2 -static -march=armv8.2-a+dotprod ;;
    riscv64) echo riscv64-linux-gnu-gcc -O2 -static ;;
    wasm) echo "$wasm" ;;
    wasm-simd) echo "$wasm -msimd128" ;;
  esac
}
wasm="clang --target=wasm32 -O2 -ffreestanding -nostdlib -Wl,--no-entry,--export=main -Qunused-arguments"

have() { # TOOL...
  for tool; do command -v "$tool" > /dev/null || return 1; done
}
builds="gcc-O0 gcc-O3 portable-O2 cortex-m7-O2 cortex-m7-Os"
if have clang; then builds="$builds clang-O2"; fi
if have aarch64-linux-gnu-gcc qemu-aarch64; then builds="$builds aarch64-neon aarch64-dotprod"; fi
if have riscv64-linux-gnu-gcc qemu-riscv64; then builds="$builds riscv64"; fi
if have clang wasm-ld node; then builds="$builds wasm wasm-simd"; fi
for build in $builds; do
  mkdir "$build"
  case $build in cortex*) port=port_cortex_m.c ;; wasm*) port=port_wasm.c ;; *) port=port_desktop.c ;; esac
  (cd "$build" && $(compiler_of "$build") $flags -c "$runtime"/src/*.c "$firmware/$port")
done

run() { # BUILD: the text that its program prints
  case $1 in
    cortex*)
      $(compiler_of "$1") $flags -T "$firmware/cortex_m.ld" "$1"/*.o "$firmware/draw_main.c" -lgcc -o program
      timeout 120 qemu-system-arm -M mps2-an500 -nographic -semihosting-config enable=on,target=native -icount shift=0 \
        -kernel program 2>&1 < /dev/null
      ;;
    *)
      $(compiler_of "$1") $flags "$1"/*.o "$firmware/draw_main.c" -o program
      case $1 in
        aarch64*) qemu-aarch64 -cpu max ./program ;;
        riscv64*) qemu-riscv64 ./program ;;
        wasm*) node "$firmware/run_wasm.js" program ;;
        *) ./program ;;
      esac
      ;;
  esac
}

for model; do
  embed "$model"
  for build in $builds; do
    run "$build" > raw || { cat raw; echo "$model: $build failed" && exit 1; }
    sed -n "s/^#/$build:/p" raw
    used=$(sed -n 's/^#[^0-9]*\([0-9]*\) bytes$/\1/p' raw)
    [ "${used:-0}" -lt 512 ] || { echo "$build: stack and model object take 512 bytes or more" && exit 1; }
    grep -v '^#' raw > "$build.txt"
    cmp -s gcc-O0.txt "$build.txt" || { echo "$model: $build differs" && exit 1; }
  done
  tail -1 gcc-O0.txt | grep -q '^done' || { echo "$model: not drawn" && exit 1; }
  echo "$(basename "$model"): the same from $builds; SHA-256 $(sha256sum < gcc-O0.txt | cut -c1-64)"
done
