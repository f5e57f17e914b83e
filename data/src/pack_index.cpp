#include "pack_index.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "centigan/core/hash.h"

namespace centigan {
namespace {

constexpr uint32_t kPackVersion = 1;
constexpr uint64_t kMostPictures = uint64_t{1} << 31, kMostSide = 4096, kMostChunk = 1 << 20, kMostNameBytes = 65536;
constexpr size_t kHashedPart = 32, kFixedIndex = 8 * 8 + 32 + 5 * 40;

void put(std::vector<uint8_t>& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<uint8_t>(value >> 8 * i));
}

void put(std::vector<uint8_t>& out, const PackHash& hash) {
  out.insert(out.end(), hash.begin(), hash.end());
}

class IndexReader {
 public:
  explicit IndexReader(const uint8_t* bytes) : at_(bytes) {}
  uint64_t number(int bytes = 8) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= static_cast<uint64_t>(*at_++) << 8 * i;
    return value;
  }
  PackHash hash() {
    PackHash hash;
    std::memcpy(hash.data(), at_, hash.size());
    at_ += hash.size();
    return hash;
  }

 private:
  const uint8_t* at_;
};

PackHash hash_of_index(const uint8_t* head, const std::vector<uint8_t>& index) {
  return Sha256().add(head, kHashedPart).add(index.data(), index.size()).digest();
}

bool within(uint64_t value, uint64_t least, uint64_t most) {
  return value >= least && value <= most;
}

bool sizes_are_sane(const PackIndex& i) {
  return within(i.count, 1, kMostPictures) && (within(i.channels, 3, 4) || i.channels == 1) &&
         within(i.height, 1, kMostSide) && within(i.width, 1, kMostSide) && within(i.chunk, 1, kMostChunk) &&
         i.classes <= 65536 && within(i.name_bytes, 1, kMostNameBytes) && within(i.class_name_bytes, 1, kMostNameBytes);
}

bool places_are_inside(PackIndex& index, uint64_t end) {
  const auto inside = [&](uint64_t at, uint64_t bytes) {
    return bytes == 0 || (at >= kPackHead && bytes <= end && at <= end - bytes);
  };
  for (const auto& [section, bytes] : index.sections())
    if (!inside(section->at, bytes)) return false;
  const uint64_t bytes = index.chunk * index.picture_bytes();
  return std::all_of(index.chunks.begin(), index.chunks.end(), [&](uint64_t at) { return inside(at, bytes); });
}

}  // namespace

std::vector<std::pair<PackSection*, uint64_t>> PackIndex::sections() {
  return {{&names, count * name_bytes},
          {&labels, classes > 0 ? count * 4 : 0},
          {&class_names, classes * class_name_bytes},
          {&source_hashes, count * 32},
          {&pixel_hashes, count * 32}};
}

std::vector<uint8_t> pack_index_bytes(PackIndex index) {
  std::vector<uint8_t> out;
  for (const uint64_t value : {index.count, index.channels, index.height, index.width, index.chunk, index.classes,
                               index.name_bytes, index.class_name_bytes})
    put(out, value, 8);
  put(out, index.fingerprint);
  for (const auto& [section, bytes] : index.sections()) put(out, section->at, 8), put(out, section->hash);
  for (const uint64_t at : index.chunks) put(out, at, 8);
  return out;
}

std::vector<uint8_t> pack_head_bytes(uint64_t index_at, const std::vector<uint8_t>& index) {
  std::vector<uint8_t> head(kPackMagic, kPackMagic + 8);
  put(head, kPackVersion, 4), put(head, 0, 4), put(head, index_at + index.size(), 8), put(head, index_at, 8);
  put(head, hash_of_index(head.data(), index));
  head.resize(kPackHead);
  return head;
}

std::string find_pack_index(const uint8_t* head, uint64_t file_size, uint64_t& index_at) {
  IndexReader reader(head + 8);
  const uint64_t version = reader.number(4), reserved = reader.number(4), length = reader.number();
  index_at = reader.number();
  if (std::memcmp(head, kPackMagic, 8) != 0) return "it does not begin like a pack";
  if (version != kPackVersion) return "format version " + std::to_string(version) + " is not known, only 1";
  if (length != file_size)
    return "length differs (stored " + std::to_string(length) + ", read " + std::to_string(file_size) + " bytes)";
  const bool inside = reserved == 0 && index_at >= kPackHead && index_at <= file_size &&
                      file_size - index_at >= kFixedIndex &&
                      std::all_of(head + kHashedPart + 32, head + kPackHead, [](uint8_t b) { return b == 0; });
  return inside ? "" : "its head is damaged";
}

std::string parse_pack_index(const uint8_t* head, uint64_t index_at, const std::vector<uint8_t>& bytes,
                             PackIndex& index) {
  const PackHash hash = hash_of_index(head, bytes);
  if (bytes.size() < kFixedIndex || std::memcmp(hash.data(), head + kHashedPart, hash.size()) != 0)
    return "checksum of its index differs";
  IndexReader reader(bytes.data());
  for (uint64_t* value : {&index.count, &index.channels, &index.height, &index.width, &index.chunk, &index.classes,
                          &index.name_bytes, &index.class_name_bytes})
    *value = reader.number();
  index.fingerprint = reader.hash();
  for (const auto& [section, unused] : index.sections()) section->at = reader.number(), section->hash = reader.hash();
  if (!sizes_are_sane(index) || bytes.size() != kFixedIndex + 8 * index.chunk_count())
    return "its index names sizes that no pack has";
  index.chunks.clear();
  for (uint64_t i = 0; i < index.chunk_count(); ++i) index.chunks.push_back(reader.number());
  return places_are_inside(index, index_at) ? "" : "its index points outside of the file";
}

}  // namespace centigan
