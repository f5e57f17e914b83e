#include "runtime_picture.h"

#include <cstring>
#include <string>

#include "centigan/core/error.h"

namespace centigan {
namespace {

void require_ok(int status, const std::string& what) {
  if (status != CGRT_OK)
    fail("compress", "runtime", what + ": " + cgrt_status_text(status),
         "this is a fault of the exporter; please report it");
}

int collect_row(void* user, uint32_t /*y*/, const uint8_t* row, uint32_t bytes) {
  auto* picture = static_cast<std::vector<uint8_t>*>(user);
  picture->insert(picture->end(), row, row + bytes);
  return 0;
}

}  // namespace

RuntimeModel::RuntimeModel(const std::vector<uint8_t>& bytes) : storage_((bytes.size() + 7) / 8) {
  std::memcpy(storage_.data(), bytes.data(), bytes.size());
  require_ok(cgrt_open(&model_, storage_.data(), bytes.size(), 0), "the runtime refuses the file");
}

std::vector<uint8_t> RuntimeModel::picture(uint64_t seed, const cgrt_options& options) const {
  std::vector<uint64_t> arena((cgrt_arena_bytes(&model_, &options) + 7) / 8);
  std::vector<uint8_t> picture;
  require_ok(cgrt_generate(&model_, arena.data(), arena.size() * 8, seed, 0, &options, collect_row, &picture),
             "the runtime draws no picture");
  return picture;
}

cgrt_info RuntimeModel::info() const {
  cgrt_info info;
  cgrt_get_info(&model_, &info);
  return info;
}

}  // namespace centigan
