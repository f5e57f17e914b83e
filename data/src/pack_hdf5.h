// The HDF5 part of a pack, as it is written. The HDF5 library is not thread-safe: main thread only.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "pack_index.h"

namespace centigan {

class PackHdf5 {
 public:
  // A new file with an empty user block and a dataset /images [0,C,H,W] that grows in chunks of index.chunk pictures.
  PackHdf5(const std::string& path, const PackIndex& index);
  ~PackHdf5();
  PackHdf5(const PackHdf5&) = delete;
  PackHdf5& operator=(const PackHdf5&) = delete;

  void append(const uint8_t* pixels, uint64_t pictures);
  // A dataset in one piece -> its place in the file. Texts of equal room, whole numbers, rows of bytes.
  uint64_t write_texts(const char* name, const std::vector<uint8_t>& bytes, uint64_t room);
  uint64_t write_labels(const char* name, const std::vector<int32_t>& labels);
  uint64_t write_hashes(const char* name, const std::vector<uint8_t>& bytes);
  void attribute(const char* name, const std::string& text);
  void attribute(const char* name, int64_t value);
  // Where the chunks of /images are, counted from the begin of the HDF5 part or of the file: versions of the library
  // differ.
  std::vector<uint64_t> chunk_places();
  void close();

 private:
  uint64_t write(const char* name, int64_t type, const std::vector<uint64_t>& shape, const void* data);
  void need(bool good, const std::string& what) const;
  std::string path_;
  PackIndex index_;
  uint64_t pictures_ = 0;
  int64_t file_ = -1, images_ = -1;  // HDF5's handles
};

}  // namespace centigan
