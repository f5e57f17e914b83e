// Brings CUDA into a process that was linked without it.
#pragma once
#include <string>

namespace centigan {

// Loads libtorch_cuda and our kernels on the first call. "" if CUDA devices are there, else what is missing.
const std::string& load_cuda();

}  // namespace centigan
