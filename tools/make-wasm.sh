#!/usr/bin/env bash
# Makes the WebAssembly modules that exported web pages hold, tools/web/*.wasm.txt, from the C runtime. They are in the repository, so
# that an export needs no compiler; run this after a change of runtime/ or tools/web/module.c, and commit what it writes.
#
#   tools/make-wasm.sh           needs clang and lld
#   tools/make-wasm.sh --check   tells whether the modules are those of the present sources; needs only CMake
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake "-DRUNTIME=$PWD/runtime" "-DOUT=$work/runtime.c" -P cmake/Amalgamate.cmake
sources=$(cat runtime/include/cgrt.h "$work/runtime.c" tools/web/module.c | sha256sum | cut -c1-64)

case "${1:-}" in
  --check)
    for module in plain simd; do
      [ "$(head -n 1 "tools/web/$module.wasm.txt" 2>/dev/null)" = "sources $sources" ] || {
        echo "make-wasm: tools/web/$module.wasm.txt was made of other sources
  hint: run tools/make-wasm.sh and commit what it writes" >&2
        exit 1
      }
    done
    echo "the modules are those of the sources"
    exit 0
    ;;
  "") ;;
  *) echo "make-wasm: $1: no such flag
  hint: the only one is --check" >&2; exit 2 ;;
esac

for tool in clang wasm-ld; do
  command -v "$tool" >/dev/null || {
    echo "make-wasm: $tool is not here
  hint: apt-get install clang lld" >&2
    exit 1
  }
done

compile() { # NAME FLAGS...
  local name=$1
  shift
  clang --target=wasm32 -std=c99 -O3 -ffreestanding -nostdlib "$@" -Wl,--no-entry -Wl,--strip-all -Wl,--stack-first -Wl,-z,stack-size=131072 \
    -Iruntime/include -include cgrt.h tools/web/module.c "$work/runtime.c" -o "$work/$name.wasm"
  { echo "sources $sources"; base64 -w 120 "$work/$name.wasm"; } >"tools/web/$name.wasm.txt"
  echo "tools/web/$name.wasm.txt: $(stat -c %s "$work/$name.wasm") bytes of module"
}
compile plain
compile simd -msimd128
