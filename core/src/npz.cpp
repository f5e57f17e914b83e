#include "centigan/core/npz.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/hash.h"
#include "centigan/core/npy.h"
#include "centigan/core/raw_inflate.h"

namespace centigan {
namespace {

constexpr uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50, kElsewhere = 0xFFFFFFFF;
constexpr size_t kEndSize = 22, kCentralSize = 46, kLocalSize = 30, kMostMembers = 1024;
constexpr uint64_t kMostBytes = uint64_t{2} << 30, kMostRatio = 1000;

[[noreturn]] void fail_npz(const std::string& source, const std::string& reason) {
  fail("npz", source, reason, "write the file again with numpy.savez or numpy.savez_compressed");
}

struct Member {
  std::string name;
  uint16_t method = 0;
  uint32_t crc = 0;
  uint64_t packed = 0, size = 0, local = 0, data = 0;
};

class NpzReader {
 public:
  NpzReader(const uint8_t* bytes, size_t size, const std::string& source)
      : bytes_(bytes), size_(size), source_(source) {}

  NamedArrays read() {
    std::vector<Member> members = directory();
    std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.local < b.local; });
    uint64_t behind = 0;
    NamedArrays arrays;
    for (Member& member : members) {
      check_local(member);
      if (member.local < behind || member.data + member.packed > central_) fail_npz(source_, "members overlap");
      behind = member.data + member.packed;
      const std::string array = array_name(member.name);
      if (arrays.count(array) > 0) fail_npz(source_, "two members are called " + escaped(array));
      arrays[array] = unpacked(member);
    }
    return arrays;
  }

 private:
  uint64_t number(uint64_t at, int bytes) const {
    if (at + static_cast<uint64_t>(bytes) > size_) fail_npz(source_, "the file ends inside its directory");
    uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; --i) value = value << 8 | bytes_[at + static_cast<uint64_t>(i)];
    return value;
  }

  std::string text(uint64_t at, uint64_t length) const {
    if (at + length > size_) fail_npz(source_, "the file ends inside its directory");
    return {reinterpret_cast<const char*>(bytes_) + at, static_cast<size_t>(length)};
  }

  std::vector<Member> directory() {
    if (size_ < kEndSize || number(size_ - kEndSize, 4) != kEnd) fail_npz(source_, "this is no zip archive");
    const uint64_t end = size_ - kEndSize, count = number(end + 10, 2), length = number(end + 12, 4);
    central_ = number(end + 16, 4);
    const bool plain = number(end + 4, 4) == 0 && number(end + 8, 2) == count && central_ + length == end;
    if (!plain || count > kMostMembers) fail_npz(source_, "its directory is damaged, or it has several parts");
    std::vector<Member> members;
    uint64_t at = central_;
    for (uint64_t i = 0; i < count; ++i) members.push_back(entry(at));
    if (at != end) fail_npz(source_, "its directory is damaged, or it has several parts");
    return members;
  }

  Member entry(uint64_t& at) {
    Member m;
    const uint64_t name = number(at + 28, 2), extra = number(at + 30, 2), comment = number(at + 32, 2);
    m.method = static_cast<uint16_t>(number(at + 10, 2)), m.crc = static_cast<uint32_t>(number(at + 16, 4));
    m.packed = number(at + 20, 4), m.size = number(at + 24, 4), m.local = number(at + 42, 4);
    m.name = text(at + kCentralSize, name);
    const bool known =
        number(at, 4) == kCentral && (number(at + 8, 2) & ~uint64_t{0x806}) == 0 && (m.method == 0 || m.method == 8);
    if (!known) fail_npz(source_, escaped(m.name) + " is encrypted, or packed in a way numpy does not use");
    total_ += m.size;
    const bool bounded = m.size != kElsewhere && m.packed != kElsewhere && total_ <= kMostBytes &&
                         m.size / kMostRatio <= m.packed && (m.method == 8 || m.size == m.packed);
    if (!bounded) fail_npz(source_, escaped(m.name) + " is larger than the limit of 2 GiB or 1,000 times the file");
    at += kCentralSize + name + extra + comment;
    return m;
  }

  // numpy writes sizes of local headers into a zip64 field, whatever they are.
  void check_local(Member& m) const {
    const uint64_t name = number(m.local + 26, 2), extra = number(m.local + 28, 2),
                   fields = m.local + kLocalSize + name;
    uint64_t packed = number(m.local + 18, 4), size = number(m.local + 22, 4);
    if (size == kElsewhere && extra >= 20 && number(fields, 2) == 1 && number(fields + 2, 2) >= 16)
      size = number(fields + 4, 8), packed = number(fields + 12, 8);
    const bool same = number(m.local, 4) == kLocal && text(m.local + kLocalSize, name) == m.name &&
                      number(m.local + 8, 2) == m.method && number(m.local + 14, 4) == m.crc && packed == m.packed &&
                      size == m.size;
    if (!same) fail_npz(source_, escaped(m.name) + " has another header in its place than in the directory");
    m.data = fields + extra;
  }

  std::string array_name(const std::string& file) const {
    const bool plain = file.size() > 4 && file.size() <= 200 && file.compare(file.size() - 4, 4, ".npy") == 0 &&
                       file.find_first_of(std::string("/\\\0:", 4)) == std::string::npos;
    if (!plain) fail_npz(source_, escaped(file.substr(0, 80)) + " is no name of an array");
    return file.substr(0, file.size() - 4);
  }

  torch::Tensor unpacked(const Member& m) const {
    std::vector<uint8_t> copy;
    const uint8_t* data = bytes_ + m.data;
    if (m.method == 8) {
      copy.resize(static_cast<size_t>(m.size));
      if (!raw_inflate(data, static_cast<size_t>(m.packed), copy.data(), copy.size()))
        fail_npz(source_, escaped(m.name) + " cannot be unpacked");
      data = copy.data();
    }
    if (crc32(data, static_cast<size_t>(m.size)) != m.crc) fail_npz(source_, escaped(m.name) + ": checksum differs");
    return parse_npy(data, static_cast<size_t>(m.size), source_ + ", " + m.name);
  }

  const uint8_t* bytes_;
  size_t size_;
  const std::string& source_;
  uint64_t central_ = 0, total_ = 0;
};

void append(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

// What both headers of a member have in common: version, flags, method, time, date (1980), checksum, sizes, name.
std::string member_fields(const std::string& name, const std::string& data) {
  std::string fields;
  append(fields, 20, 2), append(fields, 0, 2), append(fields, 0, 2), append(fields, 0x00210000, 4);
  append(fields, crc32(data), 4), append(fields, data.size(), 4), append(fields, data.size(), 4);
  append(fields, name.size(), 2), append(fields, 0, 2);
  return fields;
}

}  // namespace

NamedArrays parse_npz(const void* bytes, size_t size, const std::string& source) {
  return NpzReader(static_cast<const uint8_t*>(bytes), size, source).read();
}

NamedArrays read_npz(const std::string& path) {
  const std::vector<uint8_t> bytes = read_file(path, "npz");
  return parse_npz(bytes.data(), bytes.size(), path);
}

void write_npz(const std::string& path, const NamedArrays& arrays) {
  std::string out, directory;
  for (const auto& [array, tensor] : arrays) {
    const std::string name = array + ".npy", data = npy_bytes(tensor, path), fields = member_fields(name, data);
    append(directory, kCentral, 4), append(directory, 20, 2);
    directory += fields;
    append(directory, 0, 2), append(directory, 0, 4), append(directory, 0, 4), append(directory, out.size(), 4);
    directory += name;
    append(out, kLocal, 4);
    out += fields + name + data;
  }
  const size_t start = out.size();
  out += directory;
  append(out, kEnd, 4), append(out, 0, 4), append(out, arrays.size(), 2), append(out, arrays.size(), 2);
  append(out, directory.size(), 4), append(out, start, 4), append(out, 0, 2);
  write_file_atomically(path, out.data(), out.size(), "npz");
}

}  // namespace centigan
