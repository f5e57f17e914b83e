// Where tensors live, how many threads work, and the process-wide settings that make runs repeatable and fast.
#pragma once
#include <torch/types.h>

#include <string>

namespace centigan {

// First in main: allocator thresholds (page faults cost a third of a small step), SIGPIPE, denormals, one OpenMP
// thread. Denormals are flushed by a register of each thread, which threads started later inherit: start none before.
void prepare_process();

// "auto", "cpu", "cuda", "cuda:1". auto: CUDA where a driver and the full LibTorch are there (loads libtorch_cuda on
// first use), else the CPU. Asked-for CUDA that is missing: usage error that says what is missing.
torch::Device pick_device(const std::string& text);
bool cuda_available();
// `values`, which are on the CPU, on `device`. To an accelerator through pinned memory, so that the caller does not wait
// for its queue. On the CPU `values` itself.
torch::Tensor on_device(const torch::Tensor& values, torch::Device device);
std::string device_name(const torch::Device& device);

// IEEE float32 in convolutions and matrix products (no TF32), or TF32 allowed.
void set_tf32(bool allowed);

// Whether cuDNN tries its algorithms for each new shape and keeps the fastest.
void search_convolutions(bool on);

// Threads used inside one LibTorch operator (OpenMP).
void set_operator_threads(int threads);

int hardware_threads();
bool cpu_has_bf16();  // the processor multiplies bf16 natively (avx512_bf16, amx_bf16, or Arm bf16)

struct BuildInfo {
  std::string version, compiler, torch, cpu;
};
BuildInfo build_info();
double peak_memory_mb();     // of this process
double current_memory_mb();  // likewise, now; 0 where the system does not tell

// What LibTorch's allocator holds on an accelerator, in MB: in use now, and at most so far. {0, 0} for the CPU.
struct DeviceMemory {
  double current_mb = 0.0, peak_mb = 0.0;
};
DeviceMemory device_memory(const torch::Device& device);

}  // namespace centigan
