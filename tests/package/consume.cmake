# Installs the build into WORK/prefix, builds the consumer project against it, and runs it from there.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(result)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK}/prefix ${WORK}/build)
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G Ninja -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_PREFIX_PATH=${WORK}/prefix)
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/consumer)
message("${output}")
run(${WORK}/prefix/bin/centigan --version)
message("${output}")
# The installed operators in Python, where that can import torch.
execute_process(COMMAND "${PYTHON}" -c "import torch" RESULT_VARIABLE no_torch OUTPUT_QUIET ERROR_QUIET)
if(NOT no_torch)
  run("${PYTHON}" -c "import torch
for name in 'nn', 'diffaug': torch.ops.load_library(f'${WORK}/prefix/lib/libcentigan_{name}.so')
print(torch.ops.centigan.diffaug(torch.ones(1, 3, 4, 4), torch.rand(1, 2), 'cutout').shape, torch.ops.centigan.bias_act)")
  message("${output}")
endif()
file(REMOVE_RECURSE ${WORK}/prefix ${WORK}/build)
