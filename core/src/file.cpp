#include "centigan/core/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "centigan/core/error.h"

namespace centigan {
namespace {

constexpr size_t kWriteBytes = 256 << 10;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd() const { return fd_; }
  int close() { return ::close(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

const char* errno_hint(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "free some space, or choose another folder";
    case EACCES:
    case EPERM:
      return "check owner and permissions of the file and its folder";
    case EROFS:
      return "the file system is read-only; choose another folder";
    case ENOENT:
    case ENOTDIR:
      return "check the path; it or one of its folders does not exist";
    case EISDIR:
      return "give the name of a file, not of a folder";
    case EEXIST:
      return "a file has that name; choose another folder";
    case EMFILE:
    case ENFILE:
      return "too many files are open; raise the limit (ulimit -n)";
    default:
      return "check the disk and the path, then try again";
  }
}

// The user knows the final name of a file only.
std::string without_temporary(const std::string& path) {
  const std::string mark = ".tmp." + std::to_string(::getpid());
  const bool is_temporary =
      path.size() > mark.size() && path.compare(path.size() - mark.size(), mark.size(), mark) == 0;
  return is_temporary ? path.substr(0, path.size() - mark.size()) : path;
}

[[noreturn]] void fail_errno(const std::string& component, const std::string& path, const std::string& action,
                             int code = errno) {
  fail(component, without_temporary(path), "cannot " + action + " (" + std::strerror(code) + ")", errno_hint(code));
}

int open_retrying(const std::string& path, int flags) {
  int fd;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

// 0 or -1 with errno.
int write_all(int fd, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(fd, bytes, std::min(size, kWriteBytes));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return -1;
    bytes += written;
    size -= static_cast<size_t>(written);
  }
  return 0;
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

void sync_file(const std::string& path, const std::string& component) {
  Descriptor file(open_retrying(path, O_RDONLY));
  if (file.fd() < 0) fail_errno(component, path, "open");
  if (::fsync(file.fd()) != 0) fail_errno(component, path, "write to the disk");
}

// Some file systems cannot sync a folder and say EINVAL: there is nothing better to do there.
void sync_folder(const std::string& path, const std::string& component) {
  Descriptor folder(open_retrying(folder_of(path), O_RDONLY | O_DIRECTORY));
  if (folder.fd() < 0 || (::fsync(folder.fd()) != 0 && errno != EINVAL)) fail_errno(component, path, "sync its folder");
}

void write_new_file(const std::string& path, const void* bytes, size_t size, const std::string& component) {
  Descriptor file(open_retrying(path, O_WRONLY | O_CREAT | O_TRUNC));
  if (file.fd() < 0) fail_errno(component, path, "create");
  if (write_all(file.fd(), static_cast<const char*>(bytes), size) != 0) fail_errno(component, path, "write");
  if (file.close() != 0) fail_errno(component, path, "write");
}

void read_rest(int fd, std::vector<uint8_t>& bytes, const std::string& path, const std::string& component) {
  size_t filled = 0;
  for (;;) {
    if (filled == bytes.size()) bytes.resize(bytes.size() + 4096);
    const ssize_t got = ::read(fd, bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_errno(component, path, "read");
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  bytes.resize(filled);
}

// The process id at the end of "name.tmp.123", 0 if the name is not of that form.
pid_t temporary_owner(const std::string& name) {
  const size_t mark = name.rfind(".tmp.");
  if (mark == std::string::npos || mark == 0) return 0;
  const std::string digits = name.substr(mark + 5);
  if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos) return 0;
  return static_cast<pid_t>(std::strtol(digits.c_str(), nullptr, 10));
}

bool process_lives(pid_t pid) {
  return ::kill(pid, 0) == 0 || errno == EPERM;
}

}  // namespace

std::vector<uint8_t> read_file(const std::string& path, const std::string& component) {
  Descriptor file(open_retrying(path, O_RDONLY | O_NONBLOCK));  // a FIFO must not hold us up
  if (file.fd() < 0) fail_errno(component, path, "open");
  struct stat info;
  if (::fstat(file.fd(), &info) != 0) fail_errno(component, path, "read");
  if (S_ISDIR(info.st_mode)) fail_errno(component, path, "read", EISDIR);
  if (!S_ISREG(info.st_mode)) fail(component, path, "is not a regular file", "give the name of a regular file");
  std::vector<uint8_t> bytes(static_cast<size_t>(info.st_size) + 1);  // one more, so that the end shows at once
  read_rest(file.fd(), bytes, path, component);
  return bytes;
}

std::string read_text(const std::string& path, const std::string& component) {
  const std::vector<uint8_t> bytes = read_file(path, component);
  return {bytes.begin(), bytes.end()};
}

void replace_file(const std::string& path, const std::string& component,
                  const std::function<void(const std::string& temporary)>& write) {
  const std::string temporary = path + ".tmp." + std::to_string(::getpid());
  try {
    write(temporary);
    sync_file(temporary, component);
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail_errno(component, path, "rename the new file");
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_folder(path, component);
}

void write_file_atomically(const std::string& path, const void* bytes, size_t size, const std::string& component) {
  replace_file(path, component,
               [&](const std::string& temporary) { write_new_file(temporary, bytes, size, component); });
}

void write_text_atomically(const std::string& path, const std::string& text, const std::string& component) {
  write_file_atomically(path, text.data(), text.size(), component);
}

// A file system that does not tell (some of those in user space) is taken at its best: the write will show.
void require_space(const std::string& path, uint64_t bytes, const std::string& component) {
  struct statvfs disk;
  if (::statvfs(folder_of(path).c_str(), &disk) != 0 || disk.f_blocks == 0) return;
  const uint64_t free = static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (free >= bytes) return;
  const auto megabytes = [](uint64_t amount) { return std::to_string((amount + 999999) / 1000000) + " MB"; };
  fail(component, path, "needs " + megabytes(bytes) + " on a disk where " + megabytes(free) + " are free",
       errno_hint(ENOSPC));
}

void make_folder(const std::string& path, const std::string& component) {
  for (size_t at = 1; at <= path.size(); ++at) {
    if (at < path.size() && path[at] != '/') continue;
    const std::string parent = path.substr(0, at);
    if (::mkdir(parent.c_str(), 0777) == 0) continue;
    const int code = errno;  // what stat says hides the reason
    struct stat info;
    if (::stat(parent.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
      fail_errno(component, parent, "make the folder", code);
  }
}

void remove_stale_temporaries(const std::string& folder) {
  DIR* listing = ::opendir(folder.c_str());
  if (!listing) return;
  while (const dirent* entry = ::readdir(listing)) {
    const pid_t owner = temporary_owner(entry->d_name);
    if (owner > 0 && !process_lives(owner)) ::unlink((folder + "/" + entry->d_name).c_str());
  }
  ::closedir(listing);
}

}  // namespace centigan
