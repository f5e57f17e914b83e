// libFuzzer program for the directory of an archive or the index of a pack; CENTIGAN_FUZZ_BODY says which.
#include "pack_bodies.h"
#include "zip_bodies.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  centigan::fuzz::CENTIGAN_FUZZ_BODY(bytes, size);
  return 0;
}
