#!/usr/bin/env bash
# From 100 pictures to a generator in C, step by step: sets up, trains, measures, quantises, exports, draws, reports.
# About half an hour on two cores without a GPU. Run it again after an interruption: no finished step is repeated.
#
#   tools/quickstart.sh        pictures and numbers end up in runs/
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

centigan=build/release/bin/centigan
run=runs/smileys student=runs/smileys-int8 model=runs/smileys.cgm
drawn=runs/smileys-c sheet=runs/smileys-c.png
stamps=runs/.quickstart times=runs/quickstart-times.txt
steps=8 number=0 previous=""
fakes=500

case "${1:-}" in
  "") ;;
  -h | --help) sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) echo "quickstart: $1: no such flag
  hint: it takes none" >&2; exit 2 ;;
esac
mkdir -p "$stamps"

# step NAME OUTPUT MINUTES HINT COMMAND...: runs it unless its output is there and no earlier step ran since.
step() {
  local name=$1 output=$2 minutes=$3 hint=$4 stamp="$stamps/${1// /-}" begun
  shift 4
  number=$((number + 1))
  if [ -e "$output" ] && [ -e "$stamp" ] && { [ -z "$previous" ] || [ ! "$previous" -nt "$stamp" ]; }; then
    echo "== step $number of $steps: $name: done before"
  else
    echo "== step $number of $steps: $name (about $minutes min, started $(date +%H:%M:%S))"
    begun=$(date +%s)
    "$@" || { echo "quickstart: step $number ($name) failed
  hint: $hint, then run tools/quickstart.sh again; finished steps are not repeated" >&2; exit 1; }
    echo $(($(date +%s) - begun)) >"$stamp"
  fi
  previous=$stamp
}

# Always asked, as it costs a second where everything is there and follows changed sources; the first time counts.
set_up() {
  local stamp="$stamps/set-up-and-build"
  if [ -e "$stamp" ]; then
    echo "== step 1 of $steps: set up and build: done before; looks for changes"
    number=1 previous=$stamp
    tools/setup.sh --weights
    return
  fi
  step "set up and build" "$centigan" 9 "do what the message above says" tools/setup.sh --weights
}

export_all() {
  "$centigan" export --from "$student" --out "$model" &&
    "$centigan" export --from "$model" --out "${model%.cgm}.c" &&
    "$centigan" export --from "$model" --out "${model%.cgm}.html"
}

draw() {
  "$centigan" run "$model" --seeds 0-63 --out "$sheet"
  rm -rf "$drawn"
  "$centigan" run "$model" --seeds "0-$((fakes - 1))" --out "$drawn"
}

measure() { # measure JSON FLAGS...
  local json=$1
  shift
  rm -f "$json"
  "$centigan" eval "$@" --json "$json"
}

table() {
  local total=0 seconds name
  for name in set-up-and-build train measure quantise export draw-with-the-C-runtime measure-what-it-drew report; do
    seconds=$(cat "$stamps/$name")
    total=$((total + seconds))
    printf '%6.1f min  %s\n' "$(awk "BEGIN {print $seconds / 60}")" "${name//-/ }"
  done
  printf '%6.1f min  together\n' "$(awk "BEGIN {print $total / 60}")"
}

number_of() { sed -n "s/.*\"recipe\": *\"\($1\[[^\"]*\)\".*/  \1/p" "$2"; }

set_up
step "train" "$run/config.txt" 11 "see $run/log.txt" \
  "$centigan" train --data samples/smileys --out "$run" --preset quickstart --eval-every -1  # the next step measures
step "measure" "$run/eval.jsonl" 2 "see the message above" \
  measure "$run/eval.jsonl" --from "$run" --fakes "$fakes"
step "quantise" "$student/config.txt" 3 "see $student/log.txt" \
  "$centigan" distill --from "$run" --out "$student"
step "export" "$model" 1 "see the message above" export_all
step "draw with the C runtime" "$sheet" 1 "see the message above" draw
step "measure what it drew" "$student/eval.jsonl" 2 "see the message above" \
  measure "$student/eval.jsonl" --fake "$drawn" --real-from "$run" --sheet "$student/nearest.png"

step "report" "$run/report.html" 1 "see the message above" \
  "$centigan" report "$run" --student "$student" --cgm "$model"

table >"$times"
cat <<END

pictures   the trained network, over time: $run/fakes*.png
           drawn by the C runtime:         $sheet, one by one in $drawn/
           next to the training pictures:  $run/nearest.png, $student/nearest.png
report     $run/report.html: all of this on one page, for a browser
model      $model ($(stat -c %s "$model") bytes), see \`$centigan inspect $model\`
C, page    ${model%.cgm}.c with .h and _example.c, ${model%.cgm}.html for a browser; \`$centigan simulate $model --device stm32f746\`
numbers    the trained network ($run/eval.jsonl):
$(number_of 'F[^[]*' "$run/eval.jsonl")
$(number_of 'nearest-count[^[]*' "$run/eval.jsonl")
           the C runtime's pictures ($student/eval.jsonl):
$(number_of 'F[^[]*' "$student/eval.jsonl")
$(number_of 'nearest-count[^[]*' "$student/eval.jsonl")
time       ($times)
$(cat "$times")
END
