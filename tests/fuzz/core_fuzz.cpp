// libFuzzer program for one of core's parsers; CENTIGAN_FUZZ_BODY says which.
#include "core_bodies.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  centigan::fuzz::CENTIGAN_FUZZ_BODY(bytes, size);
  return 0;
}
