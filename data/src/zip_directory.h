// The directory of a ZIP archive, from bytes in memory. Includes no torch; never reads outside of what it is given.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "zip.h"

namespace centigan {

// Where the directory is, by the last bytes of an archive of `file_size` bytes. False: `problem` says why.
struct ZipEnd {
  uint64_t at = 0, bytes = 0, count = 0;
};
constexpr size_t kZipTail = 22 + 65535 + 20 + 56;  // end record, its comment, and what 64-bit archives have before it
bool find_zip_end(const uint8_t* tail, size_t tail_size, uint64_t file_size, ZipEnd& end, std::string& problem);

// All entries. False: `problem` says what is wrong with the archive; what is wrong with one entry is in its own.
bool parse_zip_directory(const uint8_t* bytes, size_t size, const ZipEnd& end, uint64_t file_size,
                         std::vector<ZipMember>& members, std::string& problem);

}  // namespace centigan
