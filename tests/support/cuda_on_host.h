// Runs CUDA kernels on the CPU, for tests on machines without a GPU: a kernel file compiled as C++ with
// CENTIGAN_CUDA_ON_HOST includes this instead of CUDA's headers.
//
// The threads of a block are fibers of one operating system thread, switched at __syncthreads() only. That makes a run
// repeatable, and `backwards` runs them in the opposite order: a kernel that lacks a barrier gives another result.
// Shared memory starts as NaN and has exactly the bytes that the launch asked for, on the heap, where the address
// sanitizer watches its ends. Threads that leave while others wait at a barrier are an error. What this does not show:
// speed, registers, real concurrency, rounding of the GPU's own mathematics (fused multiply-add, fast division).
#pragma once
#include <torch/headeronly/util/BFloat16.h>
#include <torch/headeronly/util/Half.h>
#include <ucontext.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __constant__ const
#define __forceinline__ inline
#define __launch_bounds__(...)
#define CENTIGAN_LAUNCH(kernel, grid, block, shared, stream) \
  ((void)(stream), ::centigan::cuda_on_host::launcher(kernel, grid, block, static_cast<size_t>(shared)))
#define CENTIGAN_SHARED(name) unsigned char* name = ::centigan::cuda_on_host::shared_memory

struct dim3 {
  unsigned x, y, z;
  dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};
inline dim3 threadIdx, blockIdx, blockDim, gridDim;

using __half = c10::Half;
using __nv_bfloat16 = c10::BFloat16;
inline float __half2float(__half value) {
  return static_cast<float>(value);
}
inline float __bfloat162float(__nv_bfloat16 value) {
  return static_cast<float>(value);
}
inline __half __float2half_rn(float value) {
  return __half(value);
}
inline __nv_bfloat16 __float2bfloat16_rn(float value) {
  return __nv_bfloat16(value);
}
inline int cudaGetLastError() {
  return 0;
}

namespace centigan::cuda {
inline bool misaligned = false;
// A device stops the program at such an access; this makes the launch throw.
inline void expect_aligned(const void* address, size_t bytes) {
  misaligned = misaligned || reinterpret_cast<uintptr_t>(address) % bytes != 0;
}
constexpr int64_t kGridLimit = 2;  // 65535 on a device; small here, so that the loops over what is left are tested
}  // namespace centigan::cuda

namespace centigan::cuda_on_host {

inline bool backwards = false;  // order of the threads of a block
inline int64_t launches = 0;
inline unsigned char* shared_memory = nullptr;

struct Fiber {
  ucontext_t context;
  std::unique_ptr<unsigned char[]> stack;
  dim3 index;
  bool done = false;
};

inline ucontext_t scheduler;
inline Fiber* running = nullptr;
inline const std::function<void()>* body = nullptr;

inline void switch_to_scheduler() {
  Fiber* self = running;
  swapcontext(&self->context, &scheduler);
  threadIdx = self->index;
}

inline void fiber_main() {
  (*body)();
  running->done = true;
  setcontext(&scheduler);
}

constexpr size_t kStack = 64 << 10;

inline void start_fiber(Fiber& fiber, unsigned number) {
  if (!fiber.stack) fiber.stack.reset(new unsigned char[kStack]);
  fiber.index = dim3(number % blockDim.x, number / blockDim.x % blockDim.y, number / blockDim.x / blockDim.y);
  fiber.done = false;
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fiber.stack.get();
  fiber.context.uc_stack.ss_size = kStack;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, fiber_main, 0);
}

// Every fiber up to its next barrier or its end; how many have ended.
inline size_t run_round(std::vector<Fiber>& fibers, size_t count) {
  size_t done = 0;
  for (size_t i = 0; i < count; ++i) {
    Fiber& fiber = fibers[backwards ? count - 1 - i : i];
    running = &fiber;
    threadIdx = fiber.index;
    if (!fiber.done) swapcontext(&scheduler, &fiber.context);
    done += fiber.done;
  }
  return done;
}

inline void run_block(size_t shared_bytes) {
  static std::vector<Fiber> fibers(1024);
  const size_t count = size_t(blockDim.x) * blockDim.y * blockDim.z;
  if (count == 0 || count > fibers.size()) throw std::logic_error("a block has 1 to 1024 threads");
  const std::unique_ptr<unsigned char[]> shared(new unsigned char[shared_bytes]);
  std::memset(shared.get(), 0xff, shared_bytes);
  shared_memory = shared.get();
  for (size_t i = 0; i < count; ++i) start_fiber(fibers[i], static_cast<unsigned>(i));
  for (size_t done = 0; done < count;) {
    done = run_round(fibers, count);
    if (done != 0 && done != count) throw std::logic_error("threads left while others wait at a barrier");
    if (std::exchange(cuda::misaligned, false)) throw std::logic_error("an address is not a multiple of the access");
  }
}

inline void run_grid(dim3 grid, dim3 block, size_t shared_bytes, const std::function<void()>& kernel) {
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535)
    throw std::logic_error("this grid cannot be launched");
  if (shared_bytes > 48 << 10) throw std::logic_error("more shared memory than a launch may ask for");
  body = &kernel, blockDim = block, gridDim = grid, ++launches;
  for (unsigned z = 0; z < grid.z; ++z)
    for (unsigned y = 0; y < grid.y; ++y)
      for (unsigned x = 0; x < grid.x; ++x) {
        blockIdx = dim3(x, y, z);
        run_block(shared_bytes);
      }
}

template <class... Parameters>
auto launcher(void (*kernel)(Parameters...), dim3 grid, dim3 block, size_t shared_bytes) {
  return [=](Parameters... arguments) { run_grid(grid, block, shared_bytes, [&] { kernel(arguments...); }); };
}

}  // namespace centigan::cuda_on_host

inline void __syncthreads() {
  centigan::cuda_on_host::switch_to_scheduler();
}
