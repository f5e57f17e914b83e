// A pack, open for reading. Nothing is believed unchecked: the index and its sections by their SHA-256 when it is
// opened, each picture when it is read. HDF5 is not asked, so any thread may read.
#pragma once
#include <string>
#include <vector>

#include "pack_index.h"

namespace centigan {

class PackFile {
 public:
  explicit PackFile(const std::string& path);  // Error: cannot be read, cut off, damaged
  ~PackFile();
  PackFile(const PackFile&) = delete;
  PackFile& operator=(const PackFile&) = delete;

  const PackIndex& index() const { return index_; }
  int64_t count() const { return static_cast<int64_t>(index_.count); }
  const std::string& name(int64_t i) const { return names_.at(static_cast<size_t>(i)); }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string>& class_names() const { return class_names_; }
  int64_t label(int64_t i) const { return labels_.at(static_cast<size_t>(i)); }
  std::string pixel_hash(int64_t i) const;  // hexadecimal
  std::string fingerprint() const;          // of the pictures without labels
  // Planes [C,H,W] of picture i, compared with their hash; damaged: Error.
  void read(int64_t i, uint8_t* pixels) const;

 private:
  [[noreturn]] void refuse(const std::string& reason) const;
  void bytes_at(uint64_t at, uint8_t* bytes, uint64_t count) const;
  std::vector<uint8_t> section(const PackSection& section, uint64_t bytes) const;
  void open_index();
  std::string path_;
  int file_ = -1;
  PackIndex index_;
  std::vector<std::string> names_, class_names_;
  std::vector<int32_t> labels_;
  std::vector<uint8_t> pixel_hashes_;
};

}  // namespace centigan
