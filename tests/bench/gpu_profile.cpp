// Records what a GPU does during a part of another program's run: LD_PRELOAD=libgpu_profile.so with
// GPU_PROFILE="begin,length,file" (seconds since the start of the process) writes a trace in Chrome's format to `file`.
#include <torch/csrc/autograd/profiler_kineto.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <thread>

namespace {

void sleep_for(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

void record(double begin, double length, const std::string& file) {
  using namespace torch::autograd::profiler;
  const std::set<torch::profiler::impl::ActivityType> activities = {torch::profiler::impl::ActivityType::CUDA};
  const torch::profiler::impl::ProfilerConfig config(torch::profiler::impl::ProfilerState::KINETO);
  sleep_for(begin);
  prepareProfiler(config, activities);
  enableProfiler(config, activities);
  sleep_for(length);
  disableProfiler()->save(file);
}

[[maybe_unused]] const bool kStarted = [] {
  const char* setting = std::getenv("GPU_PROFILE");
  char file[1024];
  double begin = 0, length = 0;
  if (!setting || std::sscanf(setting, "%lf,%lf,%1023s", &begin, &length, file) != 3) return false;
  ::unsetenv("LD_PRELOAD");  // not for the children of the program
  std::thread(record, begin, length, std::string(file)).detach();
  return true;
}();

}  // namespace
