// Brings CUDA into a process that was linked without it.
#pragma once
#include <string>

namespace centigan {

// Loads libtorch_cuda and our kernels on the first call. "" if CUDA devices are there, else what is missing.
const std::string& load_cuda();

// The library alone, without asking for a driver or a device. False: dlerror() says why.
bool open_torch_cuda();

}  // namespace centigan
