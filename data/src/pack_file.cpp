#include "pack_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "centigan/core/error.h"
#include "centigan/core/hash.h"

namespace centigan {
namespace {

std::string hex_of(const uint8_t* bytes, size_t count) {
  static const char* const kDigits = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < count; ++i) text += kDigits[bytes[i] >> 4], text += kDigits[bytes[i] & 15];
  return text;
}

// Texts of equal room, filled up with zeros.
std::vector<std::string> padded_texts(const std::vector<uint8_t>& bytes, uint64_t room) {
  std::vector<std::string> texts;
  for (size_t at = 0; at < bytes.size(); at += room) {
    const char* text = reinterpret_cast<const char*>(bytes.data()) + at;
    texts.emplace_back(text, strnlen(text, room));
  }
  return texts;
}

}  // namespace

PackFile::PackFile(const std::string& path) : path_(path) {
  file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  try {
    if (file_ < 0) refuse(std::string("cannot be read: ") + std::strerror(errno));
    open_index();
  } catch (...) {
    if (file_ >= 0) close(file_);
    throw;
  }
}

PackFile::~PackFile() {
  close(file_);
}

void PackFile::refuse(const std::string& reason) const {
  fail("data", path_, reason, "the file is damaged or no pack; make it again with `centigan pack`");
}

void PackFile::bytes_at(uint64_t at, uint8_t* bytes, uint64_t count) const {
  for (uint64_t done = 0; done < count;) {
    const ssize_t some = pread(file_, bytes + done, count - done, static_cast<off_t>(at + done));
    if (some < 0 && errno == EINTR) continue;
    if (some <= 0)
      refuse(some == 0 ? "it became shorter while it was read"
                       : std::string("cannot be read: ") + std::strerror(errno));
    done += static_cast<uint64_t>(some);
  }
}

std::vector<uint8_t> PackFile::section(const PackSection& section, uint64_t bytes) const {
  std::vector<uint8_t> data(static_cast<size_t>(bytes));
  bytes_at(section.at, data.data(), bytes);
  if (bytes > 0 && Sha256().add(data.data(), data.size()).digest() != section.hash)
    refuse("checksum of its names, labels or hashes differs");
  return data;
}

void PackFile::open_index() {
  struct stat info;
  uint8_t head[kPackHead];
  if (fstat(file_, &info) != 0 || info.st_size < static_cast<off_t>(kPackHead)) refuse("it is too short for a pack");
  bytes_at(0, head, kPackHead);
  const auto size = static_cast<uint64_t>(info.st_size);
  uint64_t index_at = 0;
  std::string problem = find_pack_index(head, size, index_at);
  if (!problem.empty()) refuse(problem);
  std::vector<uint8_t> bytes(static_cast<size_t>(size - index_at));
  bytes_at(index_at, bytes.data(), bytes.size());
  problem = parse_pack_index(head, index_at, bytes, index_);
  if (!problem.empty()) refuse(problem);
  const auto sections = index_.sections();
  const auto read = [&](size_t i) { return section(*sections[i].first, sections[i].second); };
  names_ = padded_texts(read(0), index_.name_bytes), class_names_ = padded_texts(read(2), index_.class_name_bytes);
  const std::vector<uint8_t> labels = read(1);
  labels_.resize(static_cast<size_t>(index_.count));
  for (size_t i = 0; i < labels.size(); i += 4)
    labels_[i / 4] = static_cast<int32_t>(labels[i] | labels[i + 1] << 8 | labels[i + 2] << 16 | labels[i + 3] << 24);
  for (const int32_t label : labels_)
    if (label < 0 || (index_.classes > 0 && label >= static_cast<int32_t>(index_.classes)))
      refuse("a label is of no class");
  pixel_hashes_ = read(4);
}

std::string PackFile::pixel_hash(int64_t i) const {
  return hex_of(pixel_hashes_.data() + 32 * i, 32);
}

std::string PackFile::fingerprint() const {
  return hex_of(index_.fingerprint.data(), 32);
}

void PackFile::read(int64_t i, uint8_t* pixels) const {
  const uint64_t bytes = index_.picture_bytes();
  bytes_at(index_.place(static_cast<uint64_t>(i)), pixels, bytes);
  const auto hash = Sha256().add(pixels, bytes).digest();
  if (std::memcmp(hash.data(), pixel_hashes_.data() + 32 * i, 32) != 0)
    refuse("picture " + std::to_string(i) + " (" + escaped(name(i)) + ") is damaged: its checksum differs");
}

}  // namespace centigan
