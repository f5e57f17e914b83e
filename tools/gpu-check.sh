#!/usr/bin/env bash
# Runs the tests and the benchmark that need an NVIDIA GPU and writes what they say to docs/gpu-results.md.
#
#   tools/gpu-check.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ -e /proc/driver/nvidia/version ] || { echo "gpu-check: no NVIDIA driver on this machine
  hint: run it where \`nvidia-smi\` lists a GPU" >&2; exit 1; }

tools/run-tests.sh -L gpu | tee build/gpu-tests.log
{
  echo "# Measured on a GPU"
  echo
  gpu=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | head -n 1)
  echo "Made by \`tools/gpu-check.sh\` on $(date -u +%F): $gpu."
  echo
  echo '```'
  grep -E 'tests passed|tests failed|Total Test time' build/gpu-tests.log
  .venv/bin/python tests/bench/train_lite.py --device cuda
  echo '```'
} >docs/gpu-results.md
cat docs/gpu-results.md
