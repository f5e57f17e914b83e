// libFuzzer entry for pictures. Built by clang with -DCENTIGAN_FUZZ=ON; start it with a folder made by image_seeds.
#include "image_bodies.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  centigan::fuzz::any(bytes, size);
  return 0;
}
