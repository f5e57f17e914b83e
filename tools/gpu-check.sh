#!/usr/bin/env bash
# Runs the tests and the benchmarks that need an NVIDIA GPU and writes what they say to docs/gpu-results.md.
#
#   tools/gpu-check.sh
#
# Exit code 1 if a test failed; the file is written all the same and names it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stop() {
  echo "gpu-check: $1
  hint: $2" >&2
  exit 1
}
[ -e /proc/driver/nvidia/version ] || stop "no NVIDIA driver on this machine" "run it where \`nvidia-smi\` lists a GPU"
mkdir -p build

tests=passed
tools/run-tests.sh -L gpu | tee build/gpu-tests.log || tests=failed
for program in build/tests/bin/unit_*; do
  "$program" --gtest_filter='*Gpu*' >>build/gpu-tests.log || tests=failed
done
[ -e build/tests/lib/libcentigan_cuda.so ] ||
  stop "build/tests has no lib/libcentigan_cuda.so" "install the CUDA toolkit 13, remove build/tests and run this again"

# A benchmark that fails leaves its message in the file.
measure() {
  echo
  echo "## $1"
  echo
  shift
  "$@" 2>&1 || echo "failed: $*"
}

{
  echo "# Measured on a GPU"
  echo
  gpu=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | head -n 1)
  echo "Made by \`tools/gpu-check.sh\` on $(date -u +%F): $gpu."
  echo
  echo "## Tests"
  echo
  echo '```'
  grep -E 'tests passed|tests failed|Total Test time|\(Failed\)|\*\*\*Skipped|PASSED|FAILED' build/gpu-tests.log || echo "no test ran"
  echo '```'
  measure "Augmentation" .venv/bin/python tests/bench/augment.py --lib build/tests/lib --device cuda
  for type in float32 float16; do
    measure "Operators of the networks, $type" .venv/bin/python tests/bench/nn_ops.py --lib build/tests/lib \
      --device cuda --type "$type"
    measure "The same with the second order, $type" .venv/bin/python tests/bench/nn_ops.py --lib build/tests/lib \
      --device cuda --type "$type" --double
  done
  measure "Training" .venv/bin/python tests/bench/train_lite.py --device cuda --centigan build/tests/bin/centigan |
    sed '4,$s/^/    /'
  measure "Training of StyleGAN2 at 256 px" .venv/bin/python tests/bench/train_stylegan2.py --device cuda \
    --precision fp16 bf16 float32 --centigan build/tests/bin/centigan
} >docs/gpu-results.md
cat docs/gpu-results.md
[ "$tests" = passed ] || stop "tests failed" "build/gpu-tests.log has their output"
