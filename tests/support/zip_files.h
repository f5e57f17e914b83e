// Writes ZIP archives, good ones and strange ones.
#pragma once
#include <string>
#include <vector>

#include "support/image_files.h"

namespace centigan::image_files {

struct ZipEntry {
  std::string name;
  Bytes data;
  bool deflated = false;  // as one stored block inside of deflate
  int method = -1;        // what the headers say instead
  int flags = 0;
  uint32_t attributes = 0;
  int64_t size = -1;        // what the directory says instead
  bool in_64_bits = false;  // sizes and place in the extra field
};

inline Bytes raw_stored_block(const Bytes& data) {
  Bytes out;
  for (size_t at = 0; at == 0 || at < data.size(); at += 65535) {
    const size_t count = std::min<size_t>(65535, data.size() - at);
    out.push_back(at + count == data.size());
    append(out, little_endian(count, 2)), append(out, little_endian(~count & 0xffff, 2));
    out.insert(out.end(), data.begin() + static_cast<int64_t>(at), data.begin() + static_cast<int64_t>(at + count));
  }
  return out;
}

inline Bytes zip_archive(const std::vector<ZipEntry>& entries, const std::string& comment = "") {
  Bytes file, directory;
  const bool wide = !entries.empty() && entries.front().in_64_bits;
  for (const ZipEntry& e : entries) {
    const Bytes packed = e.deflated ? raw_stored_block(e.data) : e.data;
    const size_t size = e.size < 0 ? e.data.size() : static_cast<size_t>(e.size), local = file.size();
    const auto value = [&](size_t v) { return little_endian(e.in_64_bits ? 0xFFFFFFFF : v, 4); };
    Bytes fields = little_endian(static_cast<uint64_t>(e.flags), 2);
    append(fields, little_endian(static_cast<uint64_t>(e.method >= 0 ? e.method : e.deflated ? 8 : 0), 2));
    append(fields, little_endian(0x00210000, 4));
    append(fields, little_endian(crc32(e.data.data(), e.data.size()), 4));
    append(fields, value(packed.size())), append(fields, value(size)), append(fields, little_endian(e.name.size(), 2));
    Bytes extra;
    if (e.in_64_bits) {
      append(extra, little_endian(1, 2)), append(extra, little_endian(24, 2)), append(extra, little_endian(size, 8));
      append(extra, little_endian(packed.size(), 8)), append(extra, little_endian(local, 8));
    }
    append(directory, little_endian(0x02014b50, 4)), append(directory, little_endian(20, 2));
    append(directory, little_endian(20, 2)), append(directory, fields),
        append(directory, little_endian(extra.size(), 2));
    append(directory, little_endian(0, 6)), append(directory, little_endian(e.attributes, 4)),
        append(directory, value(local));
    append(directory, text(e.name)), append(directory, extra);
    append(file, little_endian(0x04034b50, 4)), append(file, little_endian(20, 2)), append(file, fields);
    append(file, little_endian(0, 2)), append(file, text(e.name)), append(file, packed);
  }
  const size_t central = file.size(), count = entries.size();
  append(file, directory);
  if (wide) {
    const size_t record = file.size();
    append(file, little_endian(0x06064b50, 4)), append(file, little_endian(44, 8)), append(file, little_endian(45, 2));
    append(file, little_endian(45, 2)), append(file, little_endian(0, 8)), append(file, little_endian(count, 8));
    append(file, little_endian(count, 8)), append(file, little_endian(directory.size(), 8)),
        append(file, little_endian(central, 8));
    append(file, little_endian(0x07064b50, 4)), append(file, little_endian(0, 4)),
        append(file, little_endian(record, 8));
    append(file, little_endian(1, 4));
  }
  append(file, little_endian(0x06054b50, 4)), append(file, little_endian(0, 4));
  append(file, little_endian(wide ? 0xFFFF : count, 2)), append(file, little_endian(wide ? 0xFFFF : count, 2));
  append(file, little_endian(directory.size(), 4)), append(file, little_endian(wide ? 0xFFFFFFFF : central, 4));
  append(file, little_endian(comment.size(), 2)), append(file, text(comment));
  return file;
}

}  // namespace centigan::image_files
