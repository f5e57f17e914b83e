#include "fused/rows.h"

namespace centigan {

const RowKernels* rows_of_level(int level) {
#if defined(CENTIGAN_ROWS_X86)
  if (level == 1 && __builtin_cpu_supports("avx2")) return &kRowsAvx2;
  if (level == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return &kRowsAvx512;
#endif
  return level == 0 ? &kRowsBase : nullptr;
}

const RowKernels& row_kernels() {
  static const RowKernels& best = *(rows_of_level(2)   ? rows_of_level(2)
                                    : rows_of_level(1) ? rows_of_level(1)
                                                       : &kRowsBase);
  return best;
}

}  // namespace centigan
