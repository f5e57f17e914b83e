// Every CUDA kernel of the plugin. The order in which plugin and operator library are loaded does not matter.
#include <torch/library.h>

#include "binding/operators.h"

#pragma GCC visibility push(default)
extern "C" int centigan_cuda_abi_version();
#pragma GCC visibility pop

int centigan_cuda_abi_version() {
  return 1;
}

namespace centigan::cuda {
namespace {

TORCH_LIBRARY_IMPL(centigan, CUDA, m) {
  (void)m;
}

}  // namespace
}  // namespace centigan::cuda
