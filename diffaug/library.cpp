#include "centigan/diffaug/ops.h"

// A program that links the library only for its registrations refers to this, so that the linker keeps it.
int centigan_diffaug_abi_version() {
  return 1;
}
