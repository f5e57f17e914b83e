#include "centigan/core/exact_scope.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "centigan/core/device.h"

namespace centigan {

ExactScope::ExactScope(int threads)
    : threads_(at::get_num_threads()),
      tf32_(at::globalContext().float32Precision(at::Float32Backend::CUDA, at::Float32Op::CONV) ==
            at::Float32Precision::TF32) {
  set_operator_threads(threads);
  set_tf32(false);
}

ExactScope::~ExactScope() {
  set_tf32(tf32_);
  set_operator_threads(threads_);
}

}  // namespace centigan
