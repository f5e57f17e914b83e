#include "checkpoint.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/hash.h"
#include "centigan/core/snapshot.h"
#include "checkpoint_hdf5.h"

namespace centigan {
namespace {

constexpr char kCheckpointMagic[8] = {'c', 'g', 'a', 'n', 'c', 'k', 'p', '\n'};
constexpr uint32_t kCheckpointVersion = 1;
constexpr uint64_t kSpareBytes = 1 << 20;  // for logs and sheets

// docs/checkpoint-format.md; little-endian, no padding. The rest of the 512 bytes is zero.
struct CheckpointHead {
  char magic[8];
  uint32_t version, reserved;
  uint64_t length;  // of the whole file
  int64_t step;
  uint8_t hash[32];  // SHA-256 of these 32 bytes, then everything behind the user block
};
constexpr size_t kHashedHead = offsetof(CheckpointHead, hash);
static_assert(kHashedHead == 32 && sizeof(CheckpointHead) == 64);

// The fields before the hash are part of it, so that a flipped bit of the step is found too.
std::array<uint8_t, 32> checkpoint_hash(const CheckpointHead& head, const std::vector<uint8_t>& file) {
  Sha256 hash;
  hash.add(&head, kHashedHead);
  hash.add(file.data() + kUserBlockBytes, file.size() - kUserBlockBytes);
  return hash.digest();
}

[[noreturn]] void fail_checkpoint(const std::string& path, const std::string& reason) {
  fail("checkpoint", path, reason, "the file is damaged or no checkpoint; use an older one of the same run");
}

std::string hash_start(const uint8_t* hash) {
  char text[16];
  std::snprintf(text, sizeof text, "%02x%02x%02x..", hash[0], hash[1], hash[2]);
  return text;
}

bool zero_until_hdf5(const std::vector<uint8_t>& file) {
  for (size_t i = sizeof(CheckpointHead); i < kUserBlockBytes; ++i) {
    if (file[i] != 0) return false;
  }
  return true;
}

}  // namespace

std::vector<uint8_t> read_verified_checkpoint(const std::string& path) {
  std::vector<uint8_t> file = read_file(path, "checkpoint");
  CheckpointHead head;
  if (file.size() <= kUserBlockBytes) fail_checkpoint(path, std::to_string(file.size()) + " bytes are too few");
  std::memcpy(&head, file.data(), sizeof head);
  if (std::memcmp(head.magic, kCheckpointMagic, 8) != 0) fail_checkpoint(path, "it does not begin like a checkpoint");
  if (head.version != kCheckpointVersion) {
    fail_checkpoint(path, "format version " + std::to_string(head.version) + " is not known, only 1");
  }
  if (head.length != file.size()) {
    fail_checkpoint(path, "length differs (stored " + std::to_string(head.length) + ", read " +
                              std::to_string(file.size()) + " bytes)");
  }
  const auto hash = checkpoint_hash(head, file);
  if (std::memcmp(hash.data(), head.hash, 32) != 0 || !zero_until_hdf5(file)) {
    fail_checkpoint(path,
                    "checksum differs (stored " + hash_start(head.hash) + ", read " + hash_start(hash.data()) + ")");
  }
  return file;
}

void write_checkpoint(const std::string& path, const Snapshot& snapshot, int64_t step) {
  std::vector<uint8_t> file = hdf5_image(snapshot, path);
  CheckpointHead head{};
  std::memcpy(head.magic, kCheckpointMagic, 8);
  head.version = kCheckpointVersion;
  head.length = file.size();
  head.step = step;
  const auto hash = checkpoint_hash(head, file);
  std::memcpy(head.hash, hash.data(), 32);
  std::memcpy(file.data(), &head, sizeof head);
  require_space(path, file.size() + file.size() / 10 + kSpareBytes, "checkpoint");
  write_file_atomically(path, file.data(), file.size(), "checkpoint");
}

Snapshot read_checkpoint(const std::string& path) {
  std::vector<uint8_t> file = read_verified_checkpoint(path);
  return read_hdf5_image(file, path);
}

}  // namespace centigan
