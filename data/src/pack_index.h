// What a pack's reader goes by: the head in its user block, and the index behind its HDF5 part. Includes no torch.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace centigan {

constexpr size_t kPackHead = 512;
constexpr char kPackMagic[] = "cganpack";

using PackHash = std::array<uint8_t, 32>;

struct PackSection {
  uint64_t at = 0;  // in the file
  PackHash hash{};
};

struct PackIndex {
  uint64_t count = 0, channels = 0, height = 0, width = 0;
  uint64_t chunk = 1;  // pictures that lie together
  uint64_t classes = 0, name_bytes = 1, class_name_bytes = 1;
  PackHash fingerprint{};
  PackSection names, labels, class_names, source_hashes, pixel_hashes;
  std::vector<uint64_t> chunks;  // where each begins

  uint64_t picture_bytes() const { return channels * height * width; }
  uint64_t chunk_count() const { return (count + chunk - 1) / chunk; }
  uint64_t place(uint64_t picture) const { return chunks[picture / chunk] + picture % chunk * picture_bytes(); }
  // The five sections with their lengths, in the order of the index.
  std::vector<std::pair<PackSection*, uint64_t>> sections();
};

// The index as it stands at `at`, and the head that belongs to it.
std::vector<uint8_t> pack_index_bytes(PackIndex index);
std::vector<uint8_t> pack_head_bytes(uint64_t index_at, const std::vector<uint8_t>& index);

// Where the index of a file of `file_size` bytes begins, by its first kPackHead bytes. Returns what is wrong, or "".
std::string find_pack_index(const uint8_t* head, uint64_t file_size, uint64_t& index_at);
// Checks the index against the head and the file's size: every place is inside of the file. What is wrong, or "".
std::string parse_pack_index(const uint8_t* head, uint64_t index_at, const std::vector<uint8_t>& bytes,
                             PackIndex& index);

}  // namespace centigan
