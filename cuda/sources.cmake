# Shared by the plugin and by the tests, which compile the same files as plain C++.
set(_operators "${PROJECT_SOURCE_DIR}/diffaug")
set(centigan_cuda_includes "${PROJECT_SOURCE_DIR}/cuda" "${_operators}" "${_operators}/include")
set(centigan_cuda_kernels "${_operators}/fused/fused_plan_kernel.cu")
set(centigan_cuda_bindings "")
foreach(op fused)
  list(APPEND centigan_cuda_kernels "${_operators}/${op}/${op}_kernel.cu")
  list(APPEND centigan_cuda_bindings "${_operators}/${op}/${op}_cuda.cpp")
endforeach()
