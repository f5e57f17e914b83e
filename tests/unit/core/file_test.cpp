#include "centigan/core/file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "test_support.h"

namespace centigan {
namespace {

// Runs `work` in a child whose files may not grow over `limit` bytes; true if work() returned true.
bool with_file_limit(rlim_t limit, const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit bounds{limit, limit};
    ::setrlimit(RLIMIT_FSIZE, &bounds);
    ::_exit(work() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(File, WritesReadsAndReplaces) {
  const test::TempFolder folder;
  write_text_atomically(folder / "a", "first", "data");
  write_text_atomically(folder / "a", std::string("sec\0nd", 6), "data");
  EXPECT_EQ(read_text(folder / "a", "data"), std::string("sec\0nd", 6));
  write_text_atomically(folder / "empty", "", "data");
  EXPECT_EQ(read_file(folder / "empty", "data").size(), 0u);
  const std::string large(3000001, 'x');
  write_text_atomically(folder / "large", large, "data");
  EXPECT_EQ(read_text(folder / "large", "data"), large);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a", "empty", "large"}));
}

TEST(File, ReadingErrorsNameFileAndReason) {
  const test::TempFolder folder;
  test::expect_error([&] { read_file(folder / "none", "data"); }, "cannot open (No such file or directory)");
  test::expect_error([&] { read_file(folder.path(), "data"); }, "cannot read (Is a directory)");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  test::expect_error([&] { read_file(folder / "pipe", "data"); }, "is not a regular file");
}

TEST(File, SpaceIsAskedForBeforehand) {
  const test::TempFolder folder;
  require_space(folder / "a", 1000, "checkpoint");
  require_space("/proc/none/at/all", 1000, "checkpoint");
  const std::string text = test::expect_error([&] { require_space(folder / "a", uint64_t{1} << 60, "checkpoint"); },
                                              "/a: needs 1152921504607 MB on a disk where ");
  EXPECT_NE(text.find(" MB are free\n  hint: free some space"), std::string::npos) << text;
}

TEST(File, AFullDiskLeavesTheOldFileAndNoTemporary) {
  const test::TempFolder folder;
  write_text_atomically(folder / "a", "old", "checkpoint");
  EXPECT_TRUE(with_file_limit(1000, [&] {
    const std::string text =
        test::expect_error([&] { write_text_atomically(folder / "a", std::string(5000, 'n'), "checkpoint"); },
                           "cannot write (File too large)");
    return text.find("free some space") != std::string::npos;
  }));
  EXPECT_EQ(read_text(folder / "a", "data"), "old");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a"});
}

TEST(File, AMissingFolderAndABadTargetAreErrors) {
  const test::TempFolder folder;
  test::expect_error([&] { write_text_atomically(folder / "no/a", "x", "data"); }, "no/a: cannot create (No such file");
  make_folder(folder / "dir", "data");
  test::expect_error([&] { write_text_atomically(folder / "dir", "x", "data"); },
                     "cannot rename the new file (Is a directory)");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"dir"});
}

TEST(File, AWriterThatThrowsOrMakesNothingLeavesNothing) {
  const test::TempFolder folder;
  EXPECT_THROW(replace_file(folder / "a", "data",
                            [](const std::string& t) {
                              write_text_atomically(t, "half", "data");
                              throw std::logic_error("stop");
                            }),
               std::logic_error);
  test::expect_error([&] { replace_file(folder / "a", "data", [](const std::string&) {}); }, "cannot open");
  EXPECT_TRUE(folder.names().empty());
}

TEST(File, MakesFoldersAndSaysWhyNot) {
  const test::TempFolder folder;
  make_folder(folder / "a/b/c", "data");
  make_folder(folder / "a/b/c/", "data");
  EXPECT_EQ(::access((folder / "a/b/c").c_str(), F_OK), 0);
  write_text_atomically(folder / "file", "x", "data");
  test::expect_error([&] { make_folder(folder / "file/sub", "data"); }, "cannot make the folder");
  test::expect_error([&] { make_folder(folder / "file", "data"); }, "a file has that name");
}

TEST(File, RemovesTemporariesOfDeadProcessesOnly) {
  const test::TempFolder folder;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  const std::string dead = "a.h5.tmp." + std::to_string(child), mine = "b.h5.tmp." + std::to_string(::getpid());
  for (const std::string& name : {dead, mine, std::string("c.tmp.x"), std::string("d.tmp.1")}) {
    write_text_atomically(folder / name, "x", "data");
  }
  remove_stale_temporaries(folder.path());
  remove_stale_temporaries(folder / "none");
  auto left = folder.names();
  EXPECT_EQ(left, (std::vector<std::string>{mine, "c.tmp.x", "d.tmp.1"}));
}

}  // namespace
}  // namespace centigan
