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

RuntimeModel::RuntimeModel(const std::vector<uint8_t>& bytes) : bytes_(bytes.size()), storage_((bytes.size() + 7) / 8) {
  std::memcpy(storage_.data(), bytes.data(), bytes.size());
  require_ok(cgrt_open(&model_, storage_.data(), bytes.size(), 0), "the runtime refuses the file");
}

std::vector<uint8_t> RuntimeModel::picture(uint64_t seed, const cgrt_options& options, uint32_t label) const {
  std::vector<uint64_t> arena((cgrt_arena_bytes(&model_, &options) + 7) / 8);
  std::vector<uint8_t> picture;
  require_ok(cgrt_generate(&model_, arena.data(), arena.size() * 8, seed, label, &options, collect_row, &picture),
             "the runtime draws no picture");
  return picture;
}

std::vector<std::string> RuntimeModel::class_names() const {
  std::vector<std::string> names;
  const uint32_t classes = info().classes;
  const char* name = nullptr;
  if (classes > 0) require_ok(cgrt_class_name(&model_, bytes_, 0, &name), "the names of the classes");
  for (uint32_t label = 0; name && label < classes; ++label) {
    names.emplace_back(name);
    name += names.back().size() + 1;
  }
  return names;
}

cgrt_info RuntimeModel::info() const {
  cgrt_info info;
  cgrt_get_info(&model_, &info);
  return info;
}

}  // namespace centigan
