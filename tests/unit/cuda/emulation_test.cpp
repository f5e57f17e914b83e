// The emulator itself: it must notice what it is there to notice.
#include <gtest/gtest.h>

#include <vector>

#include "device/walk.h"

namespace centigan {
namespace {

__global__ void reverse(const int* in, int* out, bool with_barrier) {
  CENTIGAN_SHARED(shared);
  int* values = reinterpret_cast<int*>(shared);
  values[threadIdx.x] = in[threadIdx.x];
  if (with_barrier) __syncthreads();
  out[threadIdx.x] = values[blockDim.x - 1 - threadIdx.x];
}

std::vector<int> reversed(bool with_barrier, bool backwards) {
  const std::vector<int> in = {1, 2, 3, 4};
  std::vector<int> out(4);
  cuda_on_host::backwards = backwards;
  CENTIGAN_LAUNCH(reverse, 1, 4, 4 * sizeof(int), nullptr)(in.data(), out.data(), with_barrier);
  cuda_on_host::backwards = false;
  return out;
}

TEST(CudaOnHost, ThreadsMeetAtBarriers) {
  for (const bool backwards : {false, true}) EXPECT_EQ(reversed(true, backwards), (std::vector<int>{4, 3, 2, 1}));
}

TEST(CudaOnHost, AMissingBarrierShows) {
  EXPECT_NE(reversed(false, false), reversed(false, true));
}

__global__ void leave_early() {
  if (threadIdx.x == 0) return;
  __syncthreads();
}

TEST(CudaOnHost, ABarrierThatSomeSkipIsAnError) {
  EXPECT_THROW(CENTIGAN_LAUNCH(leave_early, 1, 2, 0, nullptr)(), std::logic_error);
}

__global__ void list_places(unsigned* out) {
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  out[block * blockDim.x * blockDim.y * blockDim.z + thread] += 1;
}

TEST(CudaOnHost, EveryThreadOfEveryBlockRunsOnce) {
  std::vector<unsigned> out(2 * 3 * 2 * 4 * 2 * 3);
  CENTIGAN_LAUNCH(list_places, dim3(2, 3, 2), dim3(4, 2, 3), 0, nullptr)(out.data());
  for (const unsigned count : out) EXPECT_EQ(count, 1u);
}

TEST(CudaOnHost, GridsThatNoDeviceTakesAreRefused) {
  std::vector<unsigned> out(1);
  EXPECT_THROW(CENTIGAN_LAUNCH(list_places, dim3(0), 1, 0, nullptr)(out.data()), std::logic_error);
  EXPECT_THROW(CENTIGAN_LAUNCH(list_places, dim3(1, 65536), 1, 0, nullptr)(out.data()), std::logic_error);
  EXPECT_THROW(CENTIGAN_LAUNCH(list_places, 1, 1025, 0, nullptr)(out.data()), std::logic_error);
  EXPECT_THROW(CENTIGAN_LAUNCH(list_places, 1, 1, 49 << 10, nullptr)(out.data()), std::logic_error);
}

__global__ void read_at(const float* from, float* to) {
  *to = cuda::load<float, 4>(from).value[0];
}

TEST(CudaOnHost, AMisalignedAccessIsAnError) {
  alignas(16) const float values[8] = {};
  float out;
  CENTIGAN_LAUNCH(read_at, 1, 1, 0, nullptr)(values + 4, &out);
  EXPECT_THROW(CENTIGAN_LAUNCH(read_at, 1, 1, 0, nullptr)(values + 1, &out), std::logic_error);
}

}  // namespace
}  // namespace centigan
