// A .cgm file as C: the runtime and the model in one header and one source, and a program that draws with them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace centigan {

// The C runtime: its public header, and all of its sources as one, to be compiled behind that header.
const char* runtime_header();
const char* runtime_source();

// stem.h: the runtime's interface, `extern const` bytes NAME_cgm[NAME_BYTES], NAME_WIDTH, NAME_HEIGHT,
// NAME_ARENA_BYTES, NAME_WIDE_ARENA_BYTES (16-bit rows), NAME_ASSERT_ARENA(array), and with classes NAME_CLASSES and a
// label NAME_LABEL_CAT for the class "cat"; NAME from `stem` (letters, digits, '_').
// stem.c: the runtime (left out with CGRT_NO_RUNTIME) and the bytes, 8-byte aligned.
// stem_example.c: a program that writes the picture of a seed as PPM or PGM.
struct CSource {
  std::string header, source, example;
};

// `bytes`: a file that the runtime opens. A `stem` that #include cannot name: usage error.
CSource c_source(const std::vector<uint8_t>& bytes, const std::string& stem);

}  // namespace centigan
