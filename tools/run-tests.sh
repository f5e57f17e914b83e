#!/usr/bin/env bash
# Builds the tests into build/tests and runs them. CI calls this too.
#
#   tools/run-tests.sh                 the quick and the full tests
#   tools/run-tests.sh --long --gpu    also the long ones, also those that need a GPU
#   tools/run-tests.sh -L quick        one label;  tools/run-tests.sh -R core  by name: further words go to ctest
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

labels="quick|full" more=()
while [ $# -gt 0 ]; do
  case "$1" in
    --long) labels+="|long" ;;
    --gpu) labels+="|gpu" ;;
    -L) labels=${2:?"-L needs a label"}; shift ;;
    -h | --help) sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    --*) echo "run-tests: $1: no such flag
  hint: the flags are --long, --gpu and -L; single-letter ones such as -R NAME go to ctest" >&2; exit 2 ;;
    *) more+=("$1") ;;
  esac
  shift
done

tools/setup.sh --tests --no-build
if [ ! -f build/tests/build.ninja ]; then
  cmake -S . -B build/tests -G Ninja -DCMAKE_BUILD_TYPE=Release -DCENTIGAN_TESTS=ON
fi
memory_jobs=$(($(awk '/MemAvailable/ {print $2}' /proc/meminfo) / 2000000))
jobs=$(nproc)
[ "$memory_jobs" -ge "$jobs" ] || jobs=$((memory_jobs > 0 ? memory_jobs : 1))
cmake --build build/tests -j "$jobs"
# One thread a test: the tests themselves run side by side.
OMP_NUM_THREADS=1 ctest --test-dir build/tests -L "^($labels)\$" -j "$(nproc)" --output-on-failure --no-tests=error \
  "${more[@]}"
