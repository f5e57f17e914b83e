# Texts as constants of a C++ source: cmake -DOUT=file.cpp "-DTEXTS=kName=path;kOther=path" -P cmake/Embed.cmake
# Each becomes `extern const char kName[]` in the namespace centigan.
cmake_minimum_required(VERSION 3.25)
set(all "// Made at build time by cmake/Embed.cmake.\nnamespace centigan {\n")
foreach(item IN LISTS TEXTS)
  string(REGEX MATCH "^([A-Za-z0-9]+)=(.*)$" item "${item}")
  set(name "${CMAKE_MATCH_1}")
  file(READ "${CMAKE_MATCH_2}" text)
  string(APPEND all "extern const char ${name}[];\nconst char ${name}[] = R\"embedded(${text})embedded\";\n")
endforeach()
file(WRITE "${OUT}" "${all}}  // namespace centigan\n")
