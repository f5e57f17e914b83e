#include "zip_directory.h"

#include <algorithm>
#include <cstring>

#include "scan_parts.h"

namespace centigan {
namespace {

using scanning::Bytes;

constexpr uint32_t kZipCentral = 0x02014b50, kZipEnd = 0x06054b50, kZipEnd64 = 0x06064b50, kZipLocator = 0x07064b50;
constexpr uint32_t kIn64Bits = 0xFFFFFFFF;
constexpr size_t kEndBytes = 22, kLocatorBytes = 20, kEnd64Bytes = 56, kEntryBytes = 46, kLocalBytes = 30;
constexpr uint64_t kMostDirectory = uint64_t{1} << 30;
constexpr uint64_t kMostGrowth = 1100;  // a little more than deflate can do to one member
constexpr uint64_t kUsualGrowth = 20, kAlwaysFine = uint64_t{1} << 30;  // of all members together

uint64_t le64(const Bytes& bytes, size_t at) {
  return bytes.le32(at) | static_cast<uint64_t>(bytes.le32(at + 4)) << 32;
}

// The record that ends the file, behind which only its own comment stands.
bool find_end_record(const Bytes& tail, size_t& at) {
  if (tail.size < kEndBytes) return false;
  for (at = tail.size - kEndBytes;; --at) {
    if (tail.le32(at) == kZipEnd && at + kEndBytes + tail.le16(at + 20) == tail.size) return true;
    if (at == 0) return false;
  }
}

bool is_in_64_bits(const Bytes& tail, size_t at) {
  return at >= kLocatorBytes + kEnd64Bytes && tail.le32(at - kLocatorBytes) == kZipLocator;
}

std::string path_problem(const std::string& name) {
  if (name.find('\0') != std::string::npos || name.find('\\') != std::string::npos)
    return "has a name with a backslash or a zero in it";
  bool leaves = name.empty() || name[0] == '/' || (name.size() > 1 && name[1] == ':');
  for (size_t start = 0; start <= name.size();) {
    const size_t end = std::min(name.find('/', start), name.size());
    leaves = leaves || name.compare(start, end - start, "..") == 0;
    start = end + 1;
  }
  return leaves ? "names a place outside of the archive" : "";
}

std::string member_problem(const ZipMember& m, uint32_t flags, uint32_t attributes) {
  const std::string path = path_problem(m.name);
  if (!path.empty()) return path;
  if ((flags & 0x2041) != 0) return "is encrypted";
  if ((attributes >> 16 & 0170000) == 0120000) return "is a symlink";
  if (m.method != 0 && m.method != 8)
    return "is packed by a method that is not read (" + std::to_string(m.method) + ")";
  if (m.method == 0 && m.size != m.packed) return "has two sizes";
  if (m.size / kMostGrowth > m.packed)
    return "would grow " + std::to_string(m.size / std::max<uint64_t>(m.packed, 1)) + "-fold";
  return "";
}

class DirectoryReader {
 public:
  DirectoryReader(const Bytes& bytes, uint64_t central) : bytes_(bytes), central_(central) {}

  ZipMember next() {
    ZipMember m;
    const size_t name = bytes_.le16(at_ + 28), extra = bytes_.le16(at_ + 30), comment = bytes_.le16(at_ + 32);
    scanning::require(bytes_.le32(at_) == kZipCentral, "its directory is damaged");
    m.method = static_cast<uint16_t>(bytes_.le16(at_ + 10)), m.crc = bytes_.le32(at_ + 16);
    m.packed = bytes_.le32(at_ + 20), m.size = bytes_.le32(at_ + 24), m.local = bytes_.le32(at_ + 42);
    m.name.assign(reinterpret_cast<const char*>(bytes_.at(at_ + kEntryBytes, name)), name);
    if (m.name.rfind("./", 0) == 0) m.name.erase(0, 2);
    in_64_bits(at_ + kEntryBytes + name, extra, m);
    scanning::require(m.local < central_ && m.packed < central_, "its directory points outside of the file");
    m.problem = member_problem(m, bytes_.le16(at_ + 8), bytes_.le32(at_ + 38));
    at_ += kEntryBytes + name + extra + comment;
    return m;
  }
  size_t at() const { return at_; }

 private:
  // The fields of an entry that did not fit, in this order.
  void in_64_bits(size_t at, size_t size, ZipMember& m) const {
    for (const size_t end = at + size; at + 4 <= end; at += 4 + bytes_.le16(at + 2)) {
      if (bytes_.le16(at) != 1) continue;
      size_t field = at + 4;
      for (uint64_t* value : {&m.size, &m.packed, &m.local})
        if (*value == kIn64Bits) *value = le64(bytes_, field), field += 8;
      return;
    }
  }

  const Bytes& bytes_;
  uint64_t central_;
  size_t at_ = 0;
};

void refuse_overlaps_and_bombs(const std::vector<ZipMember>& members, uint64_t central, uint64_t file_size) {
  std::vector<const ZipMember*> by_place;
  uint64_t unpacked = 0;
  for (const ZipMember& m : members) {
    by_place.push_back(&m);
    if (m.problem.empty()) unpacked += std::min(m.size, UINT64_MAX - unpacked);
  }
  std::sort(by_place.begin(), by_place.end(),
            [](const ZipMember* a, const ZipMember* b) { return a->local < b->local; });
  for (size_t i = 0; i < by_place.size(); ++i) {
    const uint64_t next = i + 1 < by_place.size() ? by_place[i + 1]->local : central;
    const uint64_t end = by_place[i]->local + kLocalBytes + by_place[i]->packed;
    scanning::require(end <= next, "its members overlap");
  }
  if (unpacked > kAlwaysFine && unpacked / kUsualGrowth > file_size)
    scanning::refuse("it would unpack to " + scanning::with_commas(static_cast<int64_t>(unpacked >> 20)) +
                     " MiB, more than " + std::to_string(kUsualGrowth) + " times its size");
}

}  // namespace

bool find_zip_end(const uint8_t* data, size_t size, uint64_t file_size, ZipEnd& end, std::string& problem) {
  try {
    const Bytes tail{data, size};
    size_t at = 0;
    if (!find_end_record(tail, at))
      scanning::refuse("its directory at the end is missing: it is cut off, or no ZIP archive");
    uint64_t behind = file_size - (size - at);  // place of what follows the directory
    end = {tail.le32(at + 16), tail.le32(at + 12), tail.le16(at + 10)};
    bool whole = tail.le32(at + 4) == 0 && tail.le16(at + 8) == end.count;
    if (is_in_64_bits(tail, at)) {
      at -= kLocatorBytes + kEnd64Bytes, behind -= kLocatorBytes + kEnd64Bytes;
      end = {le64(tail, at + 48), le64(tail, at + 40), le64(tail, at + 32)};
      whole = tail.le32(at) == kZipEnd64 && le64(tail, at + 16) == 0 && le64(tail, at + 24) == end.count;
    }
    scanning::require(whole && end.bytes <= kMostDirectory && end.bytes <= behind && end.at == behind - end.bytes &&
                          end.count <= end.bytes / kEntryBytes,
                      "its directory is damaged, or it has several parts");
    return true;
  } catch (const scanning::Refused& refused) {
    problem = refused.problem;
    return false;
  }
}

bool parse_zip_directory(const uint8_t* data, size_t size, const ZipEnd& end, uint64_t file_size,
                         std::vector<ZipMember>& members, std::string& problem) {
  try {
    const Bytes bytes{data, size};
    DirectoryReader reader(bytes, end.at);
    members.clear();
    for (uint64_t i = 0; i < end.count; ++i) members.push_back(reader.next());
    scanning::require(reader.at() == size, "its directory is damaged");
    refuse_overlaps_and_bombs(members, end.at, file_size);
    return true;
  } catch (const scanning::Refused& refused) {
    problem = refused.problem;
    return false;
  }
}

}  // namespace centigan
