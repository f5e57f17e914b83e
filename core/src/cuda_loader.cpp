#include "cuda_loader.h"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <cstdlib>

#include "centigan/core/log.h"

namespace centigan {
namespace {

std::string folder_of_symbol(const void* symbol) {
  Dl_info info;
  if (::dladdr(symbol, &info) == 0 || !info.dli_fname) return "";
  const std::string path = info.dli_fname;
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

// Our kernels are optional: without them the same operators run from ATen calls.
void open_cuda_plugin() {
  const std::string folder = folder_of_symbol(reinterpret_cast<const void*>(&load_cuda));
  for (const std::string& place : {folder, folder + "/../lib"}) {
    if (::dlopen((place + "/libcentigan_cuda.so").c_str(), RTLD_NOW | RTLD_LOCAL)) return;
  }
}

// The driver is asked first: loading libtorch_cuda without one costs 350 MB for nothing.
std::string load_cuda_once() {
  if (!::dlopen("libcuda.so.1", RTLD_NOW)) return "no NVIDIA driver is installed (libcuda.so.1)";
  if (!open_torch_cuda()) {
    const char* reason = ::dlerror();
    return std::string("LibTorch is there without its CUDA part (") + (reason ? reason : "libtorch_cuda.so") + ")";
  }
  if (!at::hasCUDA() || at::getNumGPUs() == 0) return "the driver shows no GPU";
  open_cuda_plugin();
  return "";
}

}  // namespace

// Beside libtorch_cpu, wherever the linker found it.
bool open_torch_cuda() {
  const std::string folder = folder_of_symbol(reinterpret_cast<const void*>(&at::globalContext));
  return ::dlopen((folder + "/libtorch_cuda.so").c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr ||
         ::dlopen(CENTIGAN_TORCH_LIB "/libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) != nullptr;
}

const std::string& load_cuda() {
  static const std::string missing = load_cuda_once();
  return missing;
}

}  // namespace centigan
