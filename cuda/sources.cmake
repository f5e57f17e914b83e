# Shared by the plugin and by the tests, which compile the same files as plain C++.
set(_operators "${PROJECT_SOURCE_DIR}/diffaug")
set(centigan_cuda_includes "${PROJECT_SOURCE_DIR}/cuda" "${_operators}" "${_operators}/include")
set(centigan_cuda_kernels "")
set(centigan_cuda_bindings "${_operators}/common/pictures.cpp")
foreach(op ada_color)
  list(APPEND centigan_cuda_kernels "${_operators}/${op}/${op}_kernel.cu")
endforeach()
