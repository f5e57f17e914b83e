#!/bin/sh
# forbidden.sh: what the runtime promises not to contain, looked for in code compiled for microcontrollers: recursion and calls by pointer
# (but for the caller's two), stacks of unknown size, floating point, variables that outlive a call, calls into a library. Prints the
# deepest stack of each entry point, callbacks excluded, as the compiler states it. Then the stack alone of the runtime as one source, as
# `centigan export` writes it, of which compilers inline more.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
runtime=$root/runtime
stack_limit=499 # below 512 with the model object
compiler=arm-none-eabi-gcc
command -v $compiler > /dev/null || { echo "$compiler is not here, skipped" && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Longest path through the call graph: nodes "node NAME BYTES KIND", edges "edge FROM TO"; "asm NAME BYTES" is a push of a function, which
# the compiler does not count where all of the function is written in assembly. A function that jumps to another ("jump FROM TO") and never
# calls it ("call FROM TO") has left the stack before.
graph() {
  arm-none-eabi-objdump -d ./*.o | awk '/^[0-9a-f]+ <.*>:$/ { name = substr($2, 2, length($2) - 3); next }
    /\t(push|stmdb\t+sp!)/ { print "asm", name, 4 * (gsub(/,/, ",") + ($0 ~ /sp!/ ? 0 : 1)) }
    /\[sp, #-4\]!/ { print "asm", name, 4 }
    /\tb(l|\.w|\.n)\t.*<[a-z_0-9.]*>$/ { print($0 ~ /\tbl\t/ ? "call" : "jump", name, substr($NF, 2, length($NF) - 2)) }'
  sed -n 's/^node: { title: "\([^"]*\)" label: ".*\\n\([0-9]*\) bytes (\([a-z,]*\)).*/node \1 \2 \3/p
          s/^edge: { sourcename: "\([^"]*\)" targetname: "\([^"]*\)".*/edge \1 \2/p' ./*.ci | sort -u
}

check_calls() { # NAME [FUNCTION]: who may call by pointer
  graph > graph
  awk -v limit=$stack_limit -v build="$1" -v caller="${2:-cgrt_run_row}" '
    function deepest(name,    i, list, n, below, most) {
      if (state[name] == 1) { print build ": recursion through " name; bad = 1; return 0 }
      if (state[name] == 2) return depth[name]
      state[name] = 1
      n = split(calls[name], list, " ")
      for (i = 1; i <= n; i++) {
        below = deepest(list[i]) + (left_before(name, list[i]) ? 0 : bytes[name])
        if (below > most) most = below
      }
      state[name] = 2
      return depth[name] = most > bytes[name] ? most : bytes[name]
    }
    function left_before(from, to) {
      sub(/.*:/, "", from)
      sub(/.*:/, "", to)
      return (from " " to) in jumps && !((from " " to) in called)
    }
    $1 == "jump" { jumps[$2 " " $3] }
    $1 == "call" { called[$2 " " $3] }
    $1 == "asm" { pushed[$2] += $3 }
    $1 == "node" { bytes[$2] = $3; if ($4 != "static") { print build ": the stack of " $2 " is " $4; bad = 1 } }
    $1 == "edge" { calls[$2] = calls[$2] " " $3; edges++ }
    $1 == "edge" && $3 == "__indirect_call" && $2 !~ caller "$" { print build ": " $2 " calls by pointer"; bad = 1 }
    END {
      for (name in bytes) if (bytes[name] == 0) { short = name; sub(/.*:/, "", short); bytes[name] = pushed[short] + 0 }
      for (name in bytes) deepest(name)
      printf "%s: stack of cgrt_open %d, cgrt_generate %d bytes; %d calls\n", build, depth["cgrt_open"], depth["cgrt_generate"], edges
      if (depth["cgrt_generate"] > limit || depth["cgrt_open"] > limit || depth["cgrt_generate"] < 100 || edges < 50) bad = 1
      exit bad
    }' graph
}

# check NAME FLAGS
check() {
  name=$1
  shift
  rm -f ./*.o ./*.ci
  $compiler "$@" -mthumb -std=c99 -O2 -fcallgraph-info=su -I"$runtime/include" -c "$runtime"/src/*.c
  check_calls "$name"
  for symbol in $(arm-none-eabi-nm -u ./*.o | sed -n 's/^ *U //p' | sort -u | grep -v '^cgrt_'); do
    case $symbol in # whole numbers of 64 bits and, without a divider, of 32
      memcpy | memset | __aeabi_lmul | __aeabi_uldivmod | __aeabi_ldivmod | __aeabi_uidiv | __aeabi_uidivmod | __aeabi_idiv) ;;
      __aeabi_idivmod | __aeabi_llsl | __aeabi_llsr | __aeabi_lasr | __aeabi_lcmp | __aeabi_ulcmp | __gnu_thumb1_case_*) ;;
      *) echo "$name: calls $symbol" && exit 1 ;;
    esac
  done
  if arm-none-eabi-nm ./*.o | grep ' [BbCDd] '; then echo "$name: variables" && exit 1; fi
  if arm-none-eabi-objdump -d ./*.o | grep -m 1 -E '\.f(16|32|64)'; then echo "$name: floating point" && exit 1; fi
}

# check_one_source NAME FLAGS
check_one_source() {
  name=$1
  shift
  rm -f ./*.o ./*.ci
  for level in -O2 -O3 -Os; do
    $compiler "$@" -mthumb -std=c99 -ffreestanding $level -fcallgraph-info=su -include "$runtime/include/cgrt.h" -c one/cgrt.c
    check_calls "$name, one source, $level" .
  done
}

check "Cortex-M0+, portable" -mcpu=cortex-m0plus
check "Cortex-M7, portable" -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16 -DCGRT_PORTABLE
check "Cortex-M7, DSP kernels" -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16
check "Cortex-M55, MVE kernels" -mcpu=cortex-m55 -mfloat-abi=hard

command -v cmake > /dev/null || { echo "cmake is not here, one source skipped" && exit 77; }
mkdir one
cmake "-DRUNTIME=$runtime" -DOUT=one/cgrt.c -P "$root/cmake/Amalgamate.cmake"
check_one_source "Cortex-M0+, portable" -mcpu=cortex-m0plus
check_one_source "Cortex-M4, DSP kernels" -mcpu=cortex-m4
check_one_source "Cortex-M7, portable" -mcpu=cortex-m7 -DCGRT_PORTABLE
check_one_source "Cortex-M7, DSP kernels" -mcpu=cortex-m7
check_one_source "Cortex-M55, MVE kernels" -mcpu=cortex-m55 -mfloat-abi=hard
