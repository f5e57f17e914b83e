# One function each to add a component, an operator library and a test. Sources are listed, never globbed.

# Options that every target of ours has.
add_library(centigan_options INTERFACE)
target_compile_features(centigan_options INTERFACE cxx_std_17)
target_compile_options(centigan_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Werror -Wno-unknown-pragmas -g1>)
if(CENTIGAN_SANITIZE)
  target_compile_options(centigan_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined)
  target_link_options(centigan_options INTERFACE -fsanitize=address,undefined)
endif()

function(_centigan_common target)
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON
    UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:centigan_options>)
endfunction()

# centigan_add_component(core SOURCES a.cpp … DEPENDS LibTorch::cpu … PRIVATE_DEPENDS hdf5 …)
# A static library centigan_<name>, alias centigan::<name>, with its own include root.
function(centigan_add_component name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  set(target centigan_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(centigan::${name} ALIAS ${target})
  _centigan_common(${target})
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
  target_link_libraries(${target} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  centigan_install_target(${target})
endfunction()

# The file that Python opens, libcentigan_<name>.so: it checks the process's torch and opens the operators.
function(centigan_add_op_loader target name torch_version)
  add_library(${target} MODULE "${PROJECT_SOURCE_DIR}/core/loader/op_loader.c")
  set_target_properties(${target} PROPERTIES OUTPUT_NAME centigan_${name} C_VISIBILITY_PRESET hidden)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Werror)
  target_compile_definitions(${target} PRIVATE CENTIGAN_LOADER_NAME="${name}" CENTIGAN_LOADER_TORCH="${torch_version}")
  target_link_libraries(${target} PRIVATE ${CMAKE_DL_LIBS})
endfunction()

# centigan_add_op_library(diffaug SOURCES …): operators that link LibTorch and nothing of ours. lib/libcentigan_<name>_ops.so
# (target centigan_<name>_ops, alias centigan::<name>_ops) is what C++ links, lib/libcentigan_<name>.so beside it what
# torch.ops.load_library opens.
function(centigan_add_op_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  set(target centigan_${name}_ops)
  add_library(${target} SHARED ${ARG_SOURCES})
  add_library(centigan::${name}_ops ALIAS ${target})
  _centigan_common(${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name}_ops)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
  target_link_libraries(${target} PUBLIC LibTorch::cpu)
  centigan_install_target(${target})
  string(REGEX MATCH "^[0-9]+\\.[0-9]+" torch_version "${LibTorch_VERSION}")
  centigan_add_op_loader(centigan_${name}_loader ${name} ${torch_version})
  add_dependencies(${target} centigan_${name}_loader)
  install(TARGETS centigan_${name}_loader LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# at::parallel_for is serial without -fopenmp. The OpenMP runtime is LibTorch's own, so that there is one in the process.
function(centigan_use_openmp target)
  target_compile_options(${target} PRIVATE -fopenmp)
  file(GLOB gomp "${LibTorch_ROOT}/lib/libgomp*.so*" "${LibTorch_ROOT}/../torch.libs/libgomp*.so*")
  if(gomp)
    list(GET gomp 0 gomp)
    target_link_libraries(${target} PRIVATE "${gomp}")
  else()
    target_link_options(${target} PRIVATE -fopenmp)
  endif()
endfunction()

# centigan_add_test(core SOURCES … DEPENDS … [LABEL full]): one GoogleTest program unit_<name>, each case a ctest test.
function(centigan_add_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;DEPENDS" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL quick)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set(target unit_${name})
  add_executable(${target} ${ARG_SOURCES})
  _centigan_common(${target})
  target_link_libraries(${target} PRIVATE ${ARG_DEPENDS} GTest::gtest_main)
  gtest_discover_tests(${target} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 120
    PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
endfunction()

# centigan_embed(target texts.cpp kName=path …): each file becomes `extern const char kName[]` in the namespace centigan.
function(centigan_embed target out)
  set(files ${ARGN})
  list(TRANSFORM files REPLACE "^[A-Za-z0-9]+=" "")
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${out}")
  add_custom_command(OUTPUT "${source}"
    COMMAND ${CMAKE_COMMAND} "-DOUT=${source}" "-DTEXTS=${ARGN}" -P "${PROJECT_SOURCE_DIR}/cmake/Embed.cmake"
    DEPENDS ${files} "${PROJECT_SOURCE_DIR}/cmake/Embed.cmake" VERBATIM)
  set_source_files_properties("${source}" PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(${target} PRIVATE "${source}")
endfunction()
