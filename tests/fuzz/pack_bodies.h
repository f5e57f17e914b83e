// What a fuzzer calls for packs: an index behind a checksum that fits it is refused, or all of its places are inside of
// the file.
#pragma once
#include <cstring>

#include "pack_index.h"

namespace centigan::fuzz {

inline void pack(const uint8_t* bytes, size_t size) {
  if (size < kPackHead) return;
  uint64_t index_at = 0;
  if (!find_pack_index(bytes, size, index_at).empty()) return;
  const std::vector<uint8_t> index(bytes + index_at, bytes + size);
  const std::vector<uint8_t> head = pack_head_bytes(index_at, index);  // the checksum is made to fit
  PackIndex read;
  if (!parse_pack_index(head.data(), index_at, index, read).empty()) return;
  for (const auto& [section, length] : read.sections())
    if (length > 0 && (section->at > index_at || length > index_at - section->at)) __builtin_trap();
  for (uint64_t i = 0; i < read.count && i < 100000; ++i)
    if (read.place(i) + read.picture_bytes() > index_at) __builtin_trap();
}

}  // namespace centigan::fuzz
