# The scanner and the decoder without torch, under libFuzzer.
set(data ${CMAKE_SOURCE_DIR}/data)
set(core ${CMAKE_SOURCE_DIR}/core)
add_executable(image_fuzz image_fuzz.cpp
  ${data}/src/scan.cpp ${data}/src/scan_png.cpp ${data}/src/scan_jpeg.cpp ${data}/src/scan_bmp.cpp
  ${data}/src/picture.cpp ${data}/src/resize.cpp ${data}/src/decode_stb.cpp
  ${core}/src/error.cpp ${core}/src/utf8.cpp ${core}/src/hash.cpp)
target_include_directories(image_fuzz PRIVATE
  ${CMAKE_SOURCE_DIR}/tests ${data}/include ${data}/src ${core}/include ${core}/src)
target_include_directories(image_fuzz SYSTEM PRIVATE ${STB_INCLUDE_DIR})
target_compile_features(image_fuzz PRIVATE cxx_std_17)
target_compile_options(image_fuzz PRIVATE
  -O1 -g -fwrapv -Wno-unused-function -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined)
target_link_options(image_fuzz PRIVATE -fsanitize=fuzzer,address,undefined)

add_executable(image_seeds image_seeds.cpp ${core}/src/hash.cpp)
target_include_directories(image_seeds PRIVATE ${CMAKE_SOURCE_DIR}/tests ${core}/include)
target_compile_features(image_seeds PRIVATE cxx_std_17)
