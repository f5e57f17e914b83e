// What a fuzzer calls for archives: any bytes are refused in words, or give members that lie inside of them.
#pragma once
#include <algorithm>

#include "zip_directory.h"

namespace centigan::fuzz {

inline void zip(const uint8_t* bytes, size_t size) {
  const size_t some = std::min<size_t>(size, kZipTail);
  ZipEnd end;
  std::string problem;
  if (!find_zip_end(bytes + (size - some), some, size, end, problem)) {
    if (problem.empty()) __builtin_trap();
    return;
  }
  if (end.at > size || end.bytes > size - end.at) __builtin_trap();
  std::vector<ZipMember> members;
  const bool good = parse_zip_directory(bytes + end.at, static_cast<size_t>(end.bytes), end, size, members, problem);
  if (good != problem.empty()) __builtin_trap();
  for (const ZipMember& m : members)
    if (good && m.local + 30 + m.packed > end.at) __builtin_trap();
}

}  // namespace centigan::fuzz
