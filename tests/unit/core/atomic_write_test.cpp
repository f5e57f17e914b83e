// Saving while system calls fail or the process is killed at each of them.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "centigan/core/file.h"
#include "centigan/core/snapshot.h"
#include "test_support.h"

namespace centigan {
namespace {

struct Outcome {
  int status;
  std::string errors;
};

// core_program, with the failing calls loaded, saving FILE in a child of its own for each request.
class Saver {
 public:
  explicit Saver(const std::string& file) : errors_(file + ".stderr") {
    int to_child[2], from_child[2];
    if (::pipe(to_child) != 0 || ::pipe(from_child) != 0) throw std::runtime_error("no pipe");
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(to_child[0], STDIN_FILENO), ::dup2(from_child[1], STDOUT_FILENO);
      for (const int end : {to_child[0], to_child[1], from_child[0], from_child[1]}) ::close(end);
      ::setenv("LD_PRELOAD", CENTIGAN_INTERPOSE_IO, 1);
      ::setenv("ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0", 1);
      ::execl(CENTIGAN_CORE_PROGRAM, CENTIGAN_CORE_PROGRAM, "serve", file.c_str(), errors_.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(to_child[0]), ::close(from_child[1]);
    requests_ = to_child[1];
    answers_ = ::fdopen(from_child[0], "r");
  }
  ~Saver() {
    ::close(requests_);
    std::fclose(answers_);
    ::waitpid(child_, nullptr, 0);
  }
  void begin(const std::string& request) {
    const std::string line = request + "\n";
    EXPECT_EQ(::write(requests_, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }
  Outcome end() {
    Outcome outcome{-1, ""};
    EXPECT_EQ(std::fscanf(answers_, "%d", &outcome.status), 1);
    outcome.errors = read_text(errors_, "test");
    ::unlink(errors_.c_str());
    return outcome;
  }
  Outcome save(const std::string& request) {
    begin(request);
    return end();
  }
  bool busy() const {
    pollfd answer{::fileno(answers_), POLLIN, 0};
    return ::poll(&answer, 1, 0) == 0;
  }

 private:
  std::string errors_;
  pid_t child_;
  int requests_;
  std::FILE* answers_;
};

int64_t saved_step(const std::string& file) {
  const Snapshot snapshot = read_checkpoint(file);
  const int64_t step = snapshot.integer("counters/step");
  EXPECT_EQ(snapshot.tensor("G/weight").min().item<double>(), static_cast<double>(step));
  EXPECT_EQ(snapshot.tensor("G/weight").max().item<double>(), static_cast<double>(step));
  return step;
}

TEST(AtomicWrite, FailingCallsLeaveTheOldFileAndOneClearLine) {
  const test::TempFolder folder;
  const std::string file = folder / "000001.h5";
  Saver saver(file);
  ASSERT_EQ(saver.save("1").status, 0);
  const auto old = read_file(file, "test");
  for (const std::string code : {"ENOSPC", "EIO", "EACCES", "EROFS", "ENOENT"}) {
    for (const std::string call : {"open 1", "write 1", "write 2", "write 3", "fsync 1", "rename 1", "close 1"}) {
      const Outcome outcome =
          saver.save("1 CENTIGAN_FAIL_SUFFIX=.h5 CENTIGAN_FAIL_ERRNO=" + code + " CENTIGAN_FAIL_AT=" + call.back() +
                     " CENTIGAN_FAIL_CALL=" + call.substr(0, call.size() - 2));
      EXPECT_EQ(outcome.status, 1 << 8) << code << call << outcome.errors;
      EXPECT_EQ(outcome.errors.find("checkpoint: " + folder.path()), 0u) << outcome.errors;
      EXPECT_NE(outcome.errors.find("\n  hint: "), std::string::npos) << outcome.errors;
      ASSERT_EQ(read_file(file, "test"), old) << code << call;
      ASSERT_EQ(folder.names(), std::vector<std::string>{"000001.h5"});
    }
  }
}

TEST(AtomicWrite, AFolderThatCannotBeSyncedIsReported) {
  const test::TempFolder folder;
  const Outcome outcome =
      Saver(folder / "a.h5")
          .save("1 CENTIGAN_FAIL_CALL=fsync CENTIGAN_FAIL_ERRNO=EIO CENTIGAN_FAIL_SUFFIX=" + folder.path());
  EXPECT_NE(outcome.errors.find("cannot sync its folder (Input/output error)"), std::string::npos) << outcome.errors;
  EXPECT_EQ(saved_step(folder / "a.h5"), 0);
}

// The second of two saves is interrupted at each call it makes.
TEST(AtomicWrite, KilledAtAnyCallOneWholeCheckpointIsThere) {
  const test::TempFolder folder;
  const std::string file = folder / "000001.h5";
  Saver saver(file);
  int kills = 0;
  for (int at = 1; at < 200; ++at) {
    const Outcome outcome = saver.save(
        "2 CENTIGAN_FAIL_CALL=any CENTIGAN_FAIL_SUFFIX=.h5 CENTIGAN_FAIL_ERRNO=kill CENTIGAN_FAIL_READY=" + file +
        " CENTIGAN_FAIL_AT=" + std::to_string(at));
    if (WIFEXITED(outcome.status)) break;
    ++kills;
    const int64_t step = saved_step(file);
    EXPECT_TRUE(step == 0 || step == 1) << step;
    remove_stale_temporaries(folder.path());
    EXPECT_EQ(folder.names(), std::vector<std::string>{"000001.h5"}) << "kill " << at;
    ::unlink(file.c_str());
  }
  EXPECT_GE(kills, 8);
  EXPECT_EQ(saved_step(file), 1);
}

TEST(AtomicWrite, NoPartialFileEverHasTheFinalName) {
  const test::TempFolder folder;
  const std::string file = folder / "a.h5";
  Saver saver(file);
  saver.save("1");
  int looks = 0;
  for (saver.begin("20"); saver.busy(); ++looks) saved_step(file);
  const Outcome outcome = saver.end();
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_EQ(saved_step(file), 19);
  EXPECT_GE(looks, 1);
}

}  // namespace
}  // namespace centigan
