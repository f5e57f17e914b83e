#include "centigan/core/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <thread>

#include "centigan/core/error.h"
#include "centigan/core/memory.h"
#include "config_text.h"
#include "cuda_loader.h"

namespace centigan {
namespace {

// "cuda" or "cuda:N"; -1 if the text is neither.
int64_t cuda_index(const std::string& text) {
  int64_t index = 0;
  if (text == "cuda") return 0;
  if (text.rfind("cuda:", 0) != 0 || !parse_int(text.substr(5), index) || index < 0) return -1;
  return index;
}

// "" if there is such a GPU.
std::string cuda_problem(int64_t index) {
  if (!cuda_available()) return "not available: " + load_cuda();
  const int64_t count = static_cast<int64_t>(at::getNumGPUs());
  return index < count ? "" : "not available: " + std::to_string(count) + " GPUs are there, counted from 0";
}

}  // namespace

void prepare_process() {
  // Large buffers stay with the process instead of going back to the kernel and being zeroed again each step; not where
  // addresses are scarce.
  if (!guard_memory()) {
    ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
    ::mallopt(M_TRIM_THRESHOLD, 2147483647);
    ::mallopt(M_TOP_PAD, 64 << 20);
  }
  // A closed pipe and a file size limit are errors of the write, which says what and where.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  at::globalContext().setFlushDenormal(true);
  at::set_num_threads(1);
}

bool cuda_available() {
  return load_cuda().empty();
}

torch::Tensor on_device(const torch::Tensor& values, torch::Device device) {
  return device.is_cpu() ? values : values.pin_memory().to(device, /*non_blocking=*/true);
}

torch::Device pick_device(const std::string& text) {
  if (text == "cpu") return at::kCPU;
  if (text == "auto") return cuda_available() ? torch::Device(at::kCUDA, 0) : torch::Device(at::kCPU);
  const int64_t index = cuda_index(text);
  if (index < 0) fail_usage("device", text, "no such device", "use auto, cpu, cuda or cuda:N");
  const std::string problem = cuda_problem(index);
  if (!problem.empty()) fail_usage("device", text, problem, "use cpu, or install the driver and all of LibTorch");
  return torch::Device(at::kCUDA, static_cast<at::DeviceIndex>(index));
}

std::string device_name(const torch::Device& device) {
  if (device.is_cpu()) return "CPU (" + build_info().cpu + ")";
  return device.str();
}

void set_tf32(bool allowed) {
  const auto precision = allowed ? at::Float32Precision::TF32 : at::Float32Precision::IEEE;
  for (const auto op : {at::Float32Op::CONV, at::Float32Op::MATMUL}) {
    at::globalContext().setFloat32Precision(at::Float32Backend::CUDA, op, precision);
  }
}

void search_convolutions(bool on) {
  at::globalContext().setBenchmarkCuDNN(on);
}

void set_operator_threads(int threads) {
  at::set_num_threads(threads);
}

int hardware_threads() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

double peak_memory_mb() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

double current_memory_mb() {
  std::ifstream file("/proc/self/statm");
  int64_t size = 0, resident = 0;
  if (!(file >> size >> resident)) return 0.0;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

DeviceMemory device_memory(const torch::Device& device) {
  if (device.is_cpu()) return {};
  const auto stats =
      c10::getDeviceAllocator(device.type())->getDeviceStats(std::max<c10::DeviceIndex>(0, device.index()));
  const auto& bytes = stats.allocated_bytes[0];  // over all pools
  return {static_cast<double>(bytes.current) / (1 << 20), static_cast<double>(bytes.peak) / (1 << 20)};
}

}  // namespace centigan
