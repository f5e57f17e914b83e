#!/bin/sh
# Compiles the runtime alone, with the strictest warnings of gcc and clang, and looks at what it needs from outside.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
runtime=$here/../../runtime
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
strict="-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes -Werror"

cat > "$work/main.c" <<'END'
#include "cgrt.h"
int main(void) { return cgrt_status_text(CGRT_OK) == 0; }
END

for compiler in gcc clang; do
  if ! command -v $compiler > /dev/null; then
    echo "$compiler: not here, skipped"
    continue
  fi
  for level in -O0 -O2; do
    (cd "$work" && $compiler $strict $level -I"$runtime/include" -c "$runtime"/src/*.c)
    needs=$(cd "$work" && nm -u ./*.o | sed -n 's/^ *U //p' | sort -u | grep -v '^cgrt_' || true)
    for name in $needs; do
      case $name in
        memcpy | memset | _GLOBAL_OFFSET_TABLE_) ;;
        *) echo "$compiler $level: the runtime calls $name" && exit 1 ;;
      esac
    done
    # Nothing that can change between calls: no data, no bss. Tables of functions are relocated once, then read-only.
    data=$(cd "$work" && size -A ./*.o | awk '$1 ~ /^\.t?(data|bss)/ && $1 !~ /rel\.ro/ && $2 > 0')
    [ -z "$data" ] || { echo "$compiler $level: static data: $data" && exit 1; }
    rm -f "$work"/*.o
  done
  $compiler -std=c99 -I"$runtime/include" "$runtime"/src/*.c "$work/main.c" -o "$work/main"
  "$work/main"
  echo "$compiler: clean; needs from outside: $(echo $needs)"
done

# A big-endian target must be refused.
if gcc -std=c99 -U__BYTE_ORDER__ -D__BYTE_ORDER__=__ORDER_BIG_ENDIAN__ -I"$runtime/include" -fsyntax-only "$runtime/src/crc.c" 2> /dev/null; then
  echo "a big-endian target compiles" && exit 1
fi
