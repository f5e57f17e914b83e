#include "child.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>

#include "centigan/core/device.h"
#include "centigan/core/signals.h"
#include "tiny.h"

namespace centigan {
namespace {

TrainConfig child_config(const std::string& out, int64_t steps) {
  TrainConfig config = tiny_config("lite", out, steps);
  config.trainer.save_every = 5 * config.trainer.batch / 1000.0;
  config.trainer.eval_every = std::atof(std::getenv("CENTIGAN_CHILD_EVAL_KIMG"));
  if (config.trainer.eval_every <= 0) config.trainer.eval_every = -1;
  return config;
}

Metric slow_metric(const TrainConfig&, const Dataset&, torch::Device) {
  return [](Generator&, const MetricWatch& watch) {
    for (int64_t i = 0; i < 60000; ++i) watch(i, 60000), ::usleep(10000);
    return MetricResult();
  };
}

TrainOptions child_options() {
  TrainOptions options = quiet();
  options.metric = slow_metric;
  return options;
}

// Not a test: what the child process runs. Exit codes are those of the program.
TEST(Child, DISABLED_Train) {
  const char* out = std::getenv("CENTIGAN_CHILD_OUT");
  if (!out) return;
  prepare_process();
  install_signal_handlers();
  int code = 1;
  try {
    const TrainEnd end = train(child_config(out, std::atoll(std::getenv("CENTIGAN_CHILD_STEPS"))), child_options());
    code = end == TrainEnd::kStopped ? 1 : 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  std::_Exit(code);
}

}  // namespace

ChildTraining::ChildTraining(const std::string& out, int64_t steps, double eval_kimg) {
  pid_ = fork();
  if (pid_ != 0) return;
  setenv("CENTIGAN_CHILD_OUT", out.c_str(), 1);
  setenv("CENTIGAN_CHILD_STEPS", std::to_string(steps).c_str(), 1);
  setenv("CENTIGAN_CHILD_EVAL_KIMG", std::to_string(eval_kimg).c_str(), 1);
  const int nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STDOUT_FILENO);
  execl("/proc/self/exe", "unit_trainers", "--gtest_filter=Child.DISABLED_Train", "--gtest_also_run_disabled_tests",
        nullptr);
  std::_Exit(99);
}

ChildTraining::~ChildTraining() {
  if (!ended()) signal(SIGKILL), wait();
}

void ChildTraining::signal(int number) const {
  kill(pid_, number);
}

bool ChildTraining::ended() {
  if (!waited_) waited_ = waitpid(pid_, &status_, WNOHANG) == pid_;
  return waited_;
}

int ChildTraining::wait() {
  if (!waited_) waitpid(pid_, &status_, 0), waited_ = true;
  return WIFSIGNALED(status_) ? -WTERMSIG(status_) : WEXITSTATUS(status_);
}

}  // namespace centigan
