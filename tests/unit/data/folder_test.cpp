// What of a folder is tried, in which order; special files are never opened.
#include "centigan/data/folder.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "picture_folder.h"

namespace centigan {
namespace {

std::vector<std::string> sorted_files(const std::string& path) {
  std::vector<std::string> files = list_folder(path).files;
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Folder, PassesOverHiddenAndTextFiles) {
  PictureFolder folder;
  for (const char* name : {"a.png", "b", "c/d/e.JPG", "README.md", "NOTES.TXT", "x.json", "y.Csv", ".hidden.png",
                           ".git/f.png", "c/.g.png", "txt"})
    folder.put(name, {1});
  EXPECT_EQ(sorted_files(folder.path()), (std::vector<std::string>{"a.png", "b", "c/d/e.JPG", "txt"}));
  EXPECT_TRUE(list_folder(folder.path()).skipped.empty());
}

TEST(Folder, FollowsLinksToFilesOnly) {
  PictureFolder folder;
  folder.put("a.png", {1});
  folder.put("real/b.png", {1});
  namespace fs = std::filesystem;
  fs::create_symlink("a.png", folder / "link.png");
  fs::create_hard_link(folder / "a.png", folder / "hard.png");
  fs::create_directory_symlink("real", folder / "folder");
  fs::create_directory_symlink(".", folder / "real/self");
  fs::create_symlink("nowhere", folder / "dangling.png");
  fs::create_symlink("loop.png", folder / "loop.png");
  const FolderListing listing = list_folder(folder.path());
  EXPECT_EQ(sorted_files(folder.path()), (std::vector<std::string>{"a.png", "hard.png", "link.png", "real/b.png"}));
  EXPECT_EQ(listing.linked_folders.size(), 2u);
  const std::map<std::string, std::string> skipped(listing.skipped.begin(), listing.skipped.end());
  EXPECT_EQ(skipped.at("dangling.png"), "is a symlink to nothing");
  EXPECT_EQ(skipped.at("loop.png"), "is a symlink loop");
}

TEST(Folder, NeverOpensSpecialFiles) {
  PictureFolder folder;
  ASSERT_EQ(mkfifo((folder / "fifo.png").c_str(), 0600), 0);
  const int socket_file = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", (folder / "s.png").c_str());
  ASSERT_EQ(bind(socket_file, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  std::filesystem::create_symlink("/dev/zero", folder / "zero.png");
  const FolderListing listing = list_folder(folder.path());
  const std::map<std::string, std::string> skipped(listing.skipped.begin(), listing.skipped.end());
  EXPECT_EQ(skipped.at("fifo.png"), "is a FIFO, not a file");
  EXPECT_EQ(skipped.at("s.png"), "is a socket, not a file");
  EXPECT_EQ(skipped.at("zero.png"), "is a device, not a file");
  EXPECT_TRUE(listing.files.empty());
  std::vector<uint8_t> bytes;
  EXPECT_EQ(read_picture_file(folder / "fifo.png", 100, bytes), "is a FIFO, not a file");
  close(socket_file);
}

TEST(Folder, ReadingSaysWhatIsWrong) {
  PictureFolder folder;
  folder.put("big", std::vector<uint8_t>(3 << 20));
  std::vector<uint8_t> bytes;
  EXPECT_EQ(read_picture_file(folder / "gone", 100, bytes), "cannot be read: No such file or directory");
  EXPECT_EQ(read_picture_file(folder / "big", 2 << 20, bytes), "is 3 MiB, the limit is 2 MiB");
  EXPECT_EQ(read_picture_file(folder / "big", 3 << 20, bytes), "");
  EXPECT_EQ(bytes.size(), size_t{3} << 20);
}

void expect_unreadable(const std::string& path, const std::string& reason) {
  test::expect_error([&] { list_folder(path); }, "the folder cannot be read: " + reason);
}

TEST(Folder, UnreadableFolderIsAnError) {
  PictureFolder folder;
  folder.put("file", {1});
  expect_unreadable(folder / "missing", "No such file or directory");
  expect_unreadable(folder / "file", "Not a directory");
  expect_unreadable(folder / std::string(300, 'x'), "File name too long");
}

// Runs a disabled test of this program in which the n-th of certain system calls fails.
int run_with_failing(const std::string& call, int n, const std::string& error, const std::string& test) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  const std::string setting =
      "ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=" CENTIGAN_INTERPOSE_IO " CENTIGAN_FAIL_CALL=" + call +
      " CENTIGAN_FAIL_AT=" + std::to_string(n) + " CENTIGAN_FAIL_SUFFIX=" + test + " CENTIGAN_FAIL_ERRNO=" + error;
  const std::string test_name = " --gtest_also_run_disabled_tests --gtest_filter=Interposed.DISABLED_" + test;
  return std::system((setting + " '" + self + "'" + test_name + " >&2").c_str());
}

TEST(Interposed, DISABLED_folder) {
  PictureFolder root;
  root.put("a/folder/b.png", {1});
  expect_unreadable(root.path(), "Permission denied");
}

TEST(Interposed, DISABLED_file) {
  PictureFolder root;
  root.put("file", {1});
  std::vector<uint8_t> bytes;
  EXPECT_EQ(read_picture_file(root / "file", 10, bytes), "cannot be read: Input/output error");
}

TEST(Folder, NoPermissionOrFailingDiskIsNamed) {
  EXPECT_EQ(run_with_failing("opendir", 1, "EACCES", "folder"), 0);
  EXPECT_EQ(run_with_failing("open", 2, "EIO", "file"), 0);
  EXPECT_EQ(run_with_failing("read", 1, "EIO", "file"), 0);
}

std::vector<std::string> ordered(std::vector<std::string> names) {
  std::sort(names.begin(), names.end(), PictureOrder(names));
  return names;
}

TEST(Order, ByNumberIfEveryNameIsDigits) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(ordered({"10.jpg", "2.jpg", "1.png"}), (Names{"1.png", "2.jpg", "10.jpg"}));
  EXPECT_EQ(ordered({"10.jpg", "2.jpg", "a.png"}), (Names{"10.jpg", "2.jpg", "a.png"}));
  EXPECT_EQ(ordered({"b/2.png", "a/10.png", "a/9.png"}), (Names{"a/9.png", "a/10.png", "b/2.png"}));
  EXPECT_EQ(ordered({"007.png", "7.png", "06.png", "0.png"}), (Names{"0.png", "06.png", "007.png", "7.png"}));
  EXPECT_EQ(ordered({"99999999999999999999999.png", "100000000000000000000000.png"}),
            (Names{"99999999999999999999999.png", "100000000000000000000000.png"}));
  EXPECT_EQ(ordered({"1f62e.png", "1f62e-200d.png", "\xc3\xa9.png", "Z.png"}),
            (Names{"1f62e-200d.png", "1f62e.png", "Z.png", "\xc3\xa9.png"}));
}

}  // namespace
}  // namespace centigan
