// LD_PRELOAD library: lets the k-th matching system call of a process fail, or kills the process there.
//
//   CENTIGAN_FAIL_CALL    open, read, write, fsync, rename, close, mkdir, opendir, or any. Unset: nothing is changed.
//   CENTIGAN_FAIL_SUFFIX  only files whose name, without a trailing ".tmp.<digits>", ends so; unset: all files
//   CENTIGAN_FAIL_AT      number of the first matching call that fails, from 1 (default 1)
//   CENTIGAN_FAIL_COUNT   how many calls fail from there on (default 1; 0: all)
//   CENTIGAN_FAIL_ERRNO   ENOSPC, EIO, EACCES, EROFS, ENOENT, EMFILE, a number, or kill: SIGKILL before the call
//   CENTIGAN_FREE_BYTES   what file systems say is free
//   CENTIGAN_FAIL_READY   only calls after this file exists are counted (unset: from the start)
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static size_t length_without_temporary(const char* path) {
  size_t length = strlen(path), end = length;
  while (end > 0 && path[end - 1] >= '0' && path[end - 1] <= '9') --end;
  return end < length && end >= 5 && memcmp(path + end - 5, ".tmp.", 5) == 0 ? end - 5 : length;
}

static int path_matches(const char* path) {
  const char* suffix = getenv("CENTIGAN_FAIL_SUFFIX");
  if (!suffix) return 1;
  const size_t length = length_without_temporary(path), wanted = strlen(suffix);
  return length >= wanted && memcmp(path + length - wanted, suffix, wanted) == 0;
}

static long number_of(const char* name, long otherwise) {
  const char* text = getenv(name);
  return text ? strtol(text, NULL, 10) : otherwise;
}

static int wanted_errno(void) {
  static const struct {
    const char* name;
    int code;
  } known[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO},       {"EACCES", EACCES},
               {"EROFS", EROFS},   {"ENOENT", ENOENT}, {"EMFILE", EMFILE}};
  const char* text = getenv("CENTIGAN_FAIL_ERRNO");
  if (!text) return EIO;
  if (strcmp(text, "kill") == 0) kill(getpid(), SIGKILL);
  for (size_t i = 0; i < sizeof known / sizeof known[0]; ++i) {
    if (strcmp(text, known[i].name) == 0) return known[i].code;
  }
  return (int)strtol(text, NULL, 10);
}

// 1, with errno set, if this call is to fail.
static int fails(const char* call, const char* path) {
  const char* wanted = getenv("CENTIGAN_FAIL_CALL");
  if (!wanted || (strcmp(wanted, call) != 0 && strcmp(wanted, "any") != 0) || !path || !path_matches(path)) return 0;
  const char* ready = getenv("CENTIGAN_FAIL_READY");
  if (ready && access(ready, F_OK) != 0) return 0;
  const long at = number_of("CENTIGAN_FAIL_AT", 1), count = number_of("CENTIGAN_FAIL_COUNT", 1);
  const long now = atomic_fetch_add(&calls, 1) + 1;
  if (now < at || (count > 0 && now >= at + count)) return 0;
  errno = wanted_errno();
  return 1;
}

static int fd_fails(const char* call, int fd) {
  char link[64], path[4096];
  if (!getenv("CENTIGAN_FAIL_CALL")) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0 || path[0] != '/') return 0;  // pipes and sockets are not files
  path[length] = '\0';
  return fails(call, path);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN_CALL(name)                                                  \
  int name(const char* path, int flags, ...) {                           \
    va_list arguments;                                                   \
    va_start(arguments, flags);                                          \
    const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0; \
    va_end(arguments);                                                   \
    return fails("open", path) ? -1 : NEXT(name)(path, flags, mode);     \
  }
OPEN_CALL(open)
OPEN_CALL(open64)

#define OPENAT_CALL(name)                                                  \
  int name(int folder, const char* path, int flags, ...) {                 \
    va_list arguments;                                                     \
    va_start(arguments, flags);                                            \
    const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;   \
    va_end(arguments);                                                     \
    const char* call = flags & O_DIRECTORY ? "opendir" : "open";           \
    return fails(call, path) ? -1 : NEXT(name)(folder, path, flags, mode); \
  }
OPENAT_CALL(openat)
OPENAT_CALL(openat64)

FILE* fopen(const char* path, const char* mode) {
  return fails("open", path) ? NULL : NEXT(fopen)(path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
  return fails("open", path) ? NULL : NEXT(fopen64)(path, mode);
}
DIR* opendir(const char* path) {
  return fails("opendir", path) ? NULL : NEXT(opendir)(path);
}
int mkdir(const char* path, mode_t mode) {
  return fails("mkdir", path) ? -1 : NEXT(mkdir)(path, mode);
}
ssize_t read(int fd, void* to, size_t size) {
  return fd_fails("read", fd) ? -1 : NEXT(read)(fd, to, size);
}
ssize_t write(int fd, const void* from, size_t size) {
  return fd_fails("write", fd) ? -1 : NEXT(write)(fd, from, size);
}
ssize_t pwrite(int fd, const void* from, size_t size, off_t at) {
  return fd_fails("write", fd) ? -1 : NEXT(pwrite)(fd, from, size, at);
}
ssize_t pwrite64(int fd, const void* from, size_t size, off64_t at) {
  return fd_fails("write", fd) ? -1 : NEXT(pwrite64)(fd, from, size, at);
}
int fsync(int fd) {
  return fd_fails("fsync", fd) ? -1 : NEXT(fsync)(fd);
}
int fdatasync(int fd) {
  return fd_fails("fsync", fd) ? -1 : NEXT(fdatasync)(fd);
}
int close(int fd) {
  return fd_fails("close", fd) ? (NEXT(close)(fd), -1) : NEXT(close)(fd);
}
int rename(const char* from, const char* to) {
  return fails("rename", to) ? -1 : NEXT(rename)(from, to);
}
int statvfs(const char* path, struct statvfs* disk) {
  const int status = NEXT(statvfs)(path, disk);
  if (status == 0 && getenv("CENTIGAN_FREE_BYTES"))
    disk->f_bavail = (fsblkcnt_t)number_of("CENTIGAN_FREE_BYTES", 0) / disk->f_frsize;
  return status;
}
