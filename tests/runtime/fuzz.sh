#!/bin/sh
# fuzz.sh [SECONDS [CORPUS]]: builds tests/fuzz/cgm_fuzz.cpp with clang and runs it (default 10 s, half of them with portable kernels) from
# the kept corpus and some models of the test builder. AddressSanitizer and UBSan watch everything; the files that calculate are also watched for unsigned wraps and
# conversions that lose bits. New inputs go to CORPUS, by default thrown away. "fuzz.sh merge CORPUS" keeps those of them in
# tests/fuzz/corpus/cgm that reach something new.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
runtime=$here/../../runtime
fuzz=$here/../fuzz
seconds=${1:-10}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
corpus=$(realpath "${2:-$work}")/new
[ $# -lt 2 ] || corpus=$(realpath "$2")
mkdir -p "$corpus"
cd "$work"
echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' > probe.cpp
clang++ -fsanitize=fuzzer probe.cpp -o probe 2> /dev/null || { echo "clang++ with libFuzzer is not here, skipped" && exit 77; }

sanitize="-O1 -g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all"
arithmetic="arith demod dense_row epilogue_row rgb_row up_rgb format_row table affine style start_sums"
calculates() {
  for name in $arithmetic; do [ "$name.c" != "$(basename "$1")" ] || return 0; done
  return 1
}
build() { # NAME [FLAG]: the fuzzer with the kernels of this machine, or with the portable ones
  mkdir "$1" && cd "$1"
  for source in "$runtime"/src/*.c; do
    more=
    if calculates "$source"; then more=-fsanitize=integer; fi
    clang -std=c99 $sanitize $more ${2:-} -I"$runtime/include" -c "$source"
  done
  for source in "$fuzz"/cgm_fuzz.cpp "$fuzz"/cgm_mutator.cpp "$here"/model_spec.cpp "$here"/model_arena.cpp "$here"/naive_random.cpp; do
    clang++ -std=c++17 $sanitize -I"$runtime/include" -I"$here" -c "$source"
  done
  clang++ -fsanitize=fuzzer,address,undefined,integer ./*.o -o "../$1.fuzz"
  cd ..
}

run() { # NAME SECONDS
  ./"$1.fuzz" -max_len=6000 -max_total_time="$2" -timeout=20 -print_final_stats=1 "$corpus" "$fuzz/corpus/cgm" seeds > log 2>&1 || {
    tail -40 log
    for crash in crash-* timeout-* oom-*; do [ ! -f "$crash" ] || { cp "$crash" /tmp && echo "input: /tmp/$crash"; }; done
    exit 1
  }
  grep -E 'DONE|cov:.*corp' log | tail -1
  grep -E 'number_of_executed_units|new_units_added' log
}

make=${MAKE_MODEL:-$work/make_model}
[ -x "$make" ] || g++ -std=c++17 "$here"/make_model.cpp "$here"/model_spec.cpp "$here"/model_arena.cpp "$here"/students.cpp \
  "$here"/random_model.cpp "$here"/naive_random.cpp -o "$make"
mkdir seeds
"$make" seeds/s > /dev/null
for id in 0 1 2 3 4 5 6 7; do "$make" seeds/r$id $id > /dev/null; done
build native
if [ "$seconds" = merge ]; then ./native.fuzz -set_cover_merge=1 "$fuzz/corpus/cgm" "$corpus" && exit; fi
run native $((seconds / 2))
build portable -DCGRT_PORTABLE
run portable $((seconds - seconds / 2))
