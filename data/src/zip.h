// ZIP archives, read in place: the directory at once, members when they are asked for.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace centigan {

struct ZipMember {
  std::string name, problem;  // problem: why it is not read, "" if it may be
  uint16_t method = 0;        // 0 stored, 8 deflated
  uint32_t crc = 0;
  uint64_t packed = 0, size = 0, local = 0;
};

class ZipArchive {
 public:
  // Error: cannot be read, cut off, damaged, members that overlap, or far more bytes unpacked than such a file holds.
  explicit ZipArchive(const std::string& path);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  const std::vector<ZipMember>& members() const { return members_; }
  // The member's bytes, its checksum compared. Returns what is wrong, or "". For any thread.
  std::string read(const ZipMember& member, int64_t max_bytes, std::vector<uint8_t>& bytes) const;

 private:
  void read_directory();
  bool bytes_at(uint64_t at, uint64_t count, std::vector<uint8_t>& bytes) const;
  std::string path_;
  int file_ = -1;
  uint64_t size_ = 0, central_ = 0;
  std::vector<ZipMember> members_;
};

}  // namespace centigan
