#include "zip.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "centigan/core/error.h"
#include "centigan/core/hash.h"
#include "centigan/core/raw_inflate.h"
#include "zip_directory.h"

namespace centigan {
namespace {

constexpr size_t kLocalHeader = 30;

[[noreturn]] void fail_zip(const std::string& path, const std::string& reason) {
  fail("data", path, reason, "make or copy the archive again, or unpack it and give the folder");
}

uint64_t little(const std::vector<uint8_t>& bytes, size_t at, int count) {
  uint64_t value = 0;
  for (int i = count - 1; i >= 0; --i) value = value << 8 | bytes[at + static_cast<size_t>(i)];
  return value;
}

// Before the data, a member says its name again.
bool is_local_header(const std::vector<uint8_t>& head) {
  return head.size() == kLocalHeader && little(head, 0, 4) == 0x04034b50;
}

}  // namespace

ZipArchive::ZipArchive(const std::string& path) : path_(path) {
  struct stat info;
  file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0 || fstat(file_, &info) != 0) fail_zip(path, std::string("cannot be read: ") + std::strerror(errno));
  size_ = static_cast<uint64_t>(info.st_size);
  try {
    read_directory();
  } catch (...) {
    close(file_);
    throw;
  }
}

ZipArchive::~ZipArchive() {
  close(file_);
}

void ZipArchive::read_directory() {
  std::vector<uint8_t> tail, directory;
  std::string problem;
  ZipEnd end;
  const uint64_t some = std::min<uint64_t>(size_, kZipTail);
  const bool good = bytes_at(size_ - some, some, tail) && find_zip_end(tail.data(), tail.size(), size_, end, problem) &&
                    bytes_at(end.at, end.bytes, directory) &&
                    parse_zip_directory(directory.data(), directory.size(), end, size_, members_, problem);
  if (!good) fail_zip(path_, problem.empty() ? "it became shorter while it was read" : problem);
  central_ = end.at;
}

bool ZipArchive::bytes_at(uint64_t at, uint64_t count, std::vector<uint8_t>& bytes) const {
  bytes.resize(static_cast<size_t>(count));
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t some = pread(file_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(at + done));
    if (some < 0 && errno == EINTR) continue;
    if (some <= 0) return false;
    done += static_cast<size_t>(some);
  }
  return true;
}

std::string ZipArchive::read(const ZipMember& m, int64_t max_bytes, std::vector<uint8_t>& bytes) const {
  if (!m.problem.empty()) return m.problem;
  if (m.size > static_cast<uint64_t>(max_bytes))
    return "is " + std::to_string(m.size >> 20) + " MiB, the limit is " + std::to_string(max_bytes >> 20) + " MiB";
  std::vector<uint8_t> head, packed;
  if (!bytes_at(m.local, kLocalHeader, head) || !is_local_header(head)) return "has no header in its place";
  const uint64_t data = m.local + kLocalHeader + little(head, 26, 2) + little(head, 28, 2);
  if (data + m.packed > central_ || !bytes_at(data, m.packed, packed)) return "ends early";
  bytes.resize(static_cast<size_t>(m.size));
  if (m.method == 0) bytes.swap(packed);
  if (m.method == 8 && !raw_inflate(packed.data(), packed.size(), bytes.data(), bytes.size()))
    return "cannot be unpacked";
  return crc32(bytes.data(), bytes.size()) == m.crc ? "" : "has another checksum than the archive says";
}

}  // namespace centigan
