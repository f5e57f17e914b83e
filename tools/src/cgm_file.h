// A .cgm file opened with the C runtime.
#pragma once
#include <cgrt.h>

#include <cstdint>
#include <string>
#include <vector>

namespace centigan {

class CgmFile {
 public:
  // Reads and checks the file; Error with the runtime's own words if it is refused.
  explicit CgmFile(const std::string& path);
  // The same for bytes in memory; `name` stands for them in messages.
  CgmFile(const std::vector<uint8_t>& bytes, const std::string& name);
  const cgrt_model& model() const { return model_; }
  const cgrt_info& info() const { return info_; }
  const uint8_t* bytes() const { return reinterpret_cast<const uint8_t*>(words_.data()); }
  size_t size() const { return size_; }  // without what follows the model in the file
  const std::string& path() const { return path_; }
  const std::vector<std::string>& class_names() const {
    return class_names_;
  }  // one a class; numbers where it has none

  // Rows of one picture as the runtime gives them, from the top. `options` are checked by the runtime.
  std::vector<uint8_t> draw(uint64_t seed, uint32_t label, const cgrt_options& options) const;

 private:
  void refuse(int status) const;  // Error unless it is CGRT_OK
  void read_class_names();

  std::string path_;
  std::vector<uint64_t> words_;  // the runtime wants 8-byte alignment
  size_t size_ = 0;
  cgrt_model model_ = {};
  cgrt_info info_ = {};
  std::vector<std::string> class_names_;
};

}  // namespace centigan
