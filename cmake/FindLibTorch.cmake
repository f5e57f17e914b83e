# Finds LibTorch without its own CMake package (which demands a CUDA toolkit, see docs/architecture.md).
# Looks in CENTIGAN_TORCH (variable or environment: a folder with include/ and lib/), then in .venv of the source tree.
# Defines LibTorch::c10, LibTorch::cpu and, where the wheel has it, LibTorch::cuda.
set(_torch_hints ${CENTIGAN_TORCH} $ENV{CENTIGAN_TORCH})
file(GLOB _torch_venv "${CMAKE_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch")
find_path(LibTorch_INCLUDE_DIR torch/headeronly/version.h
  HINTS ${_torch_hints} ${_torch_venv} PATH_SUFFIXES include NO_DEFAULT_PATH)
get_filename_component(LibTorch_ROOT "${LibTorch_INCLUDE_DIR}" DIRECTORY)
find_library(LibTorch_C10 c10 HINTS "${LibTorch_ROOT}/lib" NO_DEFAULT_PATH)
find_library(LibTorch_CPU torch_cpu HINTS "${LibTorch_ROOT}/lib" NO_DEFAULT_PATH)
find_library(LibTorch_CUDA torch_cuda HINTS "${LibTorch_ROOT}/lib" NO_DEFAULT_PATH)
find_library(LibTorch_C10_CUDA c10_cuda HINTS "${LibTorch_ROOT}/lib" NO_DEFAULT_PATH)

if(LibTorch_INCLUDE_DIR)
  file(STRINGS "${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h" _torch_version REGEX "^ *\"[0-9.]+\"")
  string(REGEX REPLACE "[^0-9.]" "" LibTorch_VERSION "${_torch_version}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_CPU LibTorch_C10 LibTorch_INCLUDE_DIR
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "run tools/setup.sh, or set CENTIGAN_TORCH to a folder that holds LibTorch's include/ and lib/")

function(_libtorch_target name location)
  if(NOT TARGET LibTorch::${name})
    add_library(LibTorch::${name} SHARED IMPORTED)
    set_target_properties(LibTorch::${name} PROPERTIES
      IMPORTED_LOCATION "${location}" IMPORTED_NO_SONAME ON
      INTERFACE_INCLUDE_DIRECTORIES "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include"
      INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include")
    target_link_libraries(LibTorch::${name} INTERFACE ${ARGN})
  endif()
endfunction()

if(LibTorch_FOUND)
  _libtorch_target(c10 "${LibTorch_C10}")
  _libtorch_target(cpu "${LibTorch_CPU}" LibTorch::c10)
  # The CPU wheel set-up lacks the NVIDIA packages that libtorch_cpu names but does not use without a GPU.
  target_link_options(LibTorch::cpu INTERFACE LINKER:--allow-shlib-undefined)
  if(LibTorch_CUDA AND LibTorch_C10_CUDA)
    _libtorch_target(c10_cuda "${LibTorch_C10_CUDA}" LibTorch::c10)
    _libtorch_target(cuda "${LibTorch_CUDA}" LibTorch::c10_cuda LibTorch::cpu)
  endif()
endif()
