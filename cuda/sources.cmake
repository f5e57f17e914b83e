# Shared by the plugin and by the tests, which compile the same files as plain C++.
set(_operators "${PROJECT_SOURCE_DIR}/diffaug")
set(centigan_cuda_includes "${PROJECT_SOURCE_DIR}/cuda" "${_operators}" "${_operators}/include")
set(centigan_cuda_kernels "${_operators}/ada_geometry/ada_geometry_backward_kernel.cu"
  "${_operators}/fused/fused_plan_kernel.cu")
set(centigan_cuda_bindings "")
foreach(op ada_color ada_cutout ada_filter ada_geometry ada_noise fused)
  list(APPEND centigan_cuda_kernels "${_operators}/${op}/${op}_kernel.cu")
  list(APPEND centigan_cuda_bindings "${_operators}/${op}/${op}_cuda.cpp")
endforeach()
