#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <fstream>

#include "diffaug_cases.h"

namespace centigan {
namespace {

c10::OperatorHandle operator_named(const char* name, const char* overload = "") {
  return c10::Dispatcher::singleton().findSchemaOrThrow((std::string("centigan::") + name).c_str(), overload);
}

// Guards against a linker that drops a library which only registers operators, and against an operator without a
// gradient, which would silently stop training.
TEST(DiffaugLibrary, EveryOperatorHasEveryKernel) {
  EXPECT_EQ(centigan_diffaug_abi_version(), 1);
  using c10::DispatchKey;
  for (const auto& [name, overload] : {std::pair<const char*, const char*>{"diffaug", ""},
                                       {"diffaug", "p"},
                                       {"diffaug", "parameters"},
                                       {"diffaug_linear", ""},
                                       {"diffaug_backward", ""}}) {
    for (const DispatchKey key : {DispatchKey::CPU, DispatchKey::Meta, DispatchKey::Autograd})
      EXPECT_TRUE(operator_named(name, overload).hasKernelForDispatchKey(key)) << name << " " << toString(key);
    EXPECT_TRUE(operator_named(name, overload).hasComputedKernelForDispatchKey(DispatchKey::CUDA)) << name;
  }
  for (const char* name : {"brightness", "saturation", "contrast", "translation", "cutout"})
    EXPECT_TRUE(operator_named(name).hasKernelForDispatchKey(DispatchKey::CompositeImplicitAutograd)) << name;
  for (const char* name : {"diffaug_draws", "ada_draws", "ada_needs_noise", "ada_parameters"}) operator_named(name);
}

TEST(DiffaugLibrary, EveryStageOfAdaHasEveryKernel) {
  using c10::DispatchKey;
  for (const char* name : {"ada_geometry", "ada_geometry_backward", "ada_color", "ada_filter", "ada_filter_backward",
                           "ada_noise", "ada_cutout", "ada_matrices"}) {
    for (const DispatchKey key : {DispatchKey::CPU, DispatchKey::Meta, DispatchKey::Autograd})
      EXPECT_TRUE(operator_named(name).hasKernelForDispatchKey(key)) << name << " " << toString(key);
    EXPECT_TRUE(operator_named(name).hasComputedKernelForDispatchKey(DispatchKey::CUDA)) << name;
  }
  for (const char* overload : {"", "parameters"})
    EXPECT_TRUE(operator_named("ada", overload).hasKernelForDispatchKey(DispatchKey::CompositeImplicitAutograd));
}

int64_t threads_of_this_process() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("Threads:", 0) == 0) return std::stoll(line.substr(8));
  return 0;
}

// at::parallel_for is serial in a library compiled without OpenMP, and ignores set_num_threads with a second runtime.
TEST(DiffaugLibrary, WorksInSeveralThreads) {
  const torch::Tensor x = torch::zeros({4, 3, 128, 128}), u = draws(4, 2);
  const int before = at::get_num_threads();
  at::set_num_threads(5);
  const int64_t idle = threads_of_this_process();
  translation(x, u);
  EXPECT_GE(threads_of_this_process(), std::max<int64_t>(5, idle));
  at::set_num_threads(before);
}

}  // namespace
}  // namespace centigan
