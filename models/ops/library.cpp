#include "centigan/nn/ops.h"

// A program that links the library only for its registrations refers to this, so that the linker keeps it.
int centigan_nn_abi_version() {
  return 1;
}
