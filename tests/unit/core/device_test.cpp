#include "centigan/core/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/full.h>

#include <thread>

#include "test_support.h"

namespace centigan {
namespace {

TEST(Device, TextsBecomeDevices) {
  EXPECT_TRUE(pick_device("cpu").is_cpu());
  EXPECT_EQ(pick_device("auto").is_cuda(), cuda_available());
  for (const std::string text : {"gpu", "", "cuda:", "cuda:x", "cuda:-1", "cuda:99999999999999999999"}) {
    test::expect_error([&] { pick_device(text); }, "no such device", ExitCode::kUsage);
  }
}

TEST(Device, MissingCudaIsExplained) {
  test::expect_error([] { pick_device("cuda:100"); }, "device: cuda:100: not available: ", ExitCode::kUsage);
}

TEST(Device, PreparedProcessFlushesDenormalsAndUsesOneThread) {
  prepare_process();
  EXPECT_EQ(at::get_num_threads(), 1);
  set_operator_threads(2);
  EXPECT_EQ(at::get_num_threads(), 2);
  set_operator_threads(1);
  EXPECT_EQ(at::full({1}, 1e-40f).mul(1.0f).item<float>(), 0.0f);
  float in_thread = -1;
  std::thread([&] { in_thread = at::full({1}, 1e-40f).mul(1.0f).item<float>(); }).join();
  EXPECT_EQ(in_thread, 0.0f) << "threads started later flush too";
  at::globalContext().setFlushDenormal(false);
}

TEST(Device, Tf32IsSwitchedInOnePlace) {
  const auto conv = [] { return at::globalContext().float32Precision(at::Float32Backend::CUDA, at::Float32Op::CONV); };
  set_tf32(false);
  EXPECT_EQ(conv(), at::Float32Precision::IEEE);
  set_tf32(true);
  EXPECT_EQ(conv(), at::Float32Precision::TF32);
  set_tf32(false);
}

TEST(Device, InformationIsThere) {
  const BuildInfo info = build_info();
  EXPECT_EQ(info.torch.substr(0, 2), "2.");
  EXPECT_FALSE(info.version.empty() || info.compiler.empty() || info.cpu.empty());
  EXPECT_GE(hardware_threads(), 1);
  EXPECT_GT(peak_memory_mb(), 10);
  EXPECT_EQ(device_name(at::kCPU).substr(0, 5), "CPU (");
  cpu_has_bf16();
}

}  // namespace
}  // namespace centigan
