#include "fused/rows.h"

namespace centigan {
namespace {

const RowKernels& best_rows() {
#if defined(CENTIGAN_ROWS_AVX512)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return kRowsAvx512;
#endif
#if defined(CENTIGAN_ROWS_AVX2)
  if (__builtin_cpu_supports("avx2")) return kRowsAvx2;
#endif
  return kRowsBase;
}

}  // namespace

const RowKernels& row_kernels() {
  static const RowKernels& best = best_rows();
  return best;
}

}  // namespace centigan
