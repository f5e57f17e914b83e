#!/bin/sh
# instructions.sh [--record]: counts instructions on an emulated Cortex-M7 and Cortex-M55, and holds them against the budget below and
# against instructions.txt, where --record writes them: more than 2 % above the recorded value fails. Also: the arena is what the format
# says and not stepped over, stack and model object stay below 512 bytes, every build draws the same picture. MAKE_MODEL as in
# same_bytes.sh. Counts are of instructions, not of cycles.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
runtime=$here/../../runtime
firmware=$here/firmware
budget=1.4          # instructions per multiply-accumulate of a convolution, at 16 channels and more, wide rows, m7-dsp
stack_limit=512
for tool in arm-none-eabi-gcc qemu-system-arm; do
  command -v $tool > /dev/null || { echo "$tool is not here, skipped" && exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
. "$firmware/boards.sh"
make=${MAKE_MODEL:-$work/make_model}
[ -x "$make" ] || g++ -std=c++17 "$here"/make_model.cpp "$here"/model_spec.cpp "$here"/model_arena.cpp "$here"/students.cpp \
  "$here"/random_model.cpp "$here"/naive_random.cpp -o "$make"

fail() {
  echo "$*" && exit 1
}

# facts BUILD MODEL: the program's lines as "BUILD MODEL WHAT VALUE", per multiply-accumulate or, for opening, per byte.
facts() {
  awk -v build="$1" -v model="$2" -v tick="$(tick_of "$1")" '
    function put(what, value) { printf "%s %s %s %.3f\n", build, model, what, value }
    function rows(bytes) { return bytes == 2 ? "-wide" : "" }
    BEGIN { name[3] = "conv3"; name[4] = "up3"; name[5] = "up2p" }
    model !~ /^E/ && $1 == "layer" && $3 in name { put(name[$3] rows($2), $7 * tick / $6) }
    model ~ /^E/ && $1 == "picture" { put("handover" $2 rows($3), $5 * tick / $4) }
    $1 == "open" { put("open", $3 * tick / $2) }' raw
}

measure() { # BUILD MODEL
  run_program "$1" measure_main.c > raw || { tail -5 raw; fail "$1 $2: failed"; }
  grep '^arena' raw | cmp -s - "$2.arena" || { grep '^arena' raw | diff - "$2.arena"; fail "$1 $2: other arenas than the format's"; }
  stack=$(awk '$1 == "stack" { print $2 }' raw)
  [ "$stack" -lt $stack_limit ] || fail "$1 $2: stack and model object take $stack bytes of $stack_limit"
  awk '$1 == "picture" { print $6 }' raw | sort -u >> "$2.sums"
  facts "$1" "$2" >> measured
  echo "$1 $2 stack $stack" >> measured
}

builds="m7-portable-O2 m7-dsp-O2 m7-dsp-O3 m55-mve-O2"
models="c8-3 c8-p c16-3 c16-p c32-3 c32-p c48-3 c48-p"
for model in $models; do
  width=${model#c}
  "$make" $model.cgm layers "${width%-*}" "${model#*-}" > $model.arena
done
for student in E32-S E32; do "$make" $student.cgm student $student > $student.arena; done
for build in $builds; do build_runtime $build; done
for model in $models E32-S E32; do
  embed $model.cgm
  for build in $builds; do
    case $model-$build in E32-m7-portable* | E32-m55* | E32-m7-dsp-O3) continue ;; esac
    measure $build $model
  done
  [ "$(sort -u $model.sums | wc -l)" = 1 ] || fail "$model: the builds or schedules draw different pictures"
done

if [ "${1:-}" = --record ]; then
  {
    echo "# Build, model (c16-3: 16 channels, up layer UP3; c16-p: UP2P), what (-wide: 16-bit rows), instructions per multiply-accumulate;"
    echo "# open: instructions per byte of the file; stack: bytes, with the model object. Written by instructions.sh --record."
    cat measured
  } > "$here/instructions.txt"
  exit 0
fi
awk -v budget=$budget '
  /^#/ { next }
  FNR == NR { recorded[$1 " " $2 " " $3] = $4; next }
  { key = $1 " " $2 " " $3; split($2, part, "[c-]") }
  !(key in recorded) { print key ": not recorded, see instructions.sh --record"; bad = 1; next }
  $4 > 1.02 * recorded[key] { print key ": " $4 ", recorded are " recorded[key]; bad = 1 }
  $1 ~ /^m7-dsp/ && $2 ~ /^c/ && part[2] + 0 >= 16 && $3 ~ /-wide$/ && $4 > budget { print key ": " $4 " exceeds the budget of " budget; bad = 1 }
  { seen[key] = 1; value[key] = $4; print }
  END {
    if (value["m7-dsp-O2 E32 open"] > 1.05 * value["m7-dsp-O2 E32-S open"]) { print "opening is not linear in the size"; bad = 1 }
    for (key in recorded) if (!(key in seen)) { print key ": recorded, but not measured"; bad = 1 }
    exit bad
  }
' "$here/instructions.txt" measured
