#include "cgm_file.h"

#include <algorithm>
#include <cstring>

#include "centigan/compress/instructions.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/log.h"
#include "inspection.h"

namespace centigan {
namespace {

int keep_row(void* user, uint32_t, const uint8_t* row, uint32_t bytes) {
  auto& picture = *static_cast<std::vector<uint8_t>*>(user);
  picture.insert(picture.end(), row, row + bytes);
  return 0;
}

uint32_t u16_at(const uint8_t* bytes) {
  return bytes[0] | bytes[1] << 8;
}

// The layer table behind header and group table; cgrt_open has checked every field (docs/cgm-format.md).
std::string layer_text(const uint8_t* record) {
  static const char* const kTypes[] = {"?", "map", "start", "conv3", "up3", "up2p", "to-rgb"};
  static const std::pair<int, const char*> kFlags[] = {
      {1, " gain"}, {2, " style-bias"}, {4, " demodulated"}, {8, " noise"}, {16, " dense"}};
  std::string text = std::string(kTypes[record[0] <= 6 ? record[0] : 0]) + ", level " + std::to_string(record[1]) +
                     ", " + std::to_string(u16_at(record + 4)) + " -> " + std::to_string(u16_at(record + 6)) + ", " +
                     std::to_string(record[2]) + " bits" + (record[3] ? "," : "");
  for (const auto& [bit, name] : kFlags)
    if (record[3] & bit) text += name;
  return text;
}

}  // namespace

void CgmFile::refuse(int status) const {
  if (status == CGRT_OK) return;
  fail("cgm", escaped(path_), std::string("refused by the runtime: ") + cgrt_status_text(status),
       "the file is damaged or not a .cgm file; export it again with `centigan export`");
}

CgmFile::CgmFile(const std::string& path) : CgmFile(read_file(path, "cgm"), path) {}

CgmFile::CgmFile(const std::vector<uint8_t>& bytes, const std::string& name) : path_(name) {
  words_.resize(bytes.size() / 8 + 1);
  std::memcpy(words_.data(), bytes.data(), bytes.size());
  refuse(cgrt_open(&model_, words_.data(), bytes.size(), 0));
  cgrt_get_info(&model_, &info_);
  size_ = std::min<size_t>(bytes.size(), info_.file_bytes);
  read_class_names();
}

void CgmFile::read_class_names() {
  const char* name = nullptr;
  if (info_.classes > 0) refuse(cgrt_class_name(&model_, size_, 0, &name));
  for (uint32_t label = 0; label < info_.classes; ++label) {
    class_names_.push_back(name ? name : std::to_string(label));
    if (name) name += class_names_.back().size() + 1;
  }
}

std::vector<uint8_t> CgmFile::draw(uint64_t seed, uint32_t label, const cgrt_options& options) const {
  std::vector<uint64_t> arena(cgrt_arena_bytes(&model_, &options) / 8 + 1);
  std::vector<uint8_t> picture;
  const int status = cgrt_generate(&model_, arena.data(), arena.size() * 8, seed, label, &options, keep_row, &picture);
  if (status != CGRT_OK)
    fail_usage("cgm", escaped(path_), cgrt_status_text(status),
               "`centigan inspect` on the file shows its classes and qualities");
  return picture;
}

int inspect_cgm(const std::string& path) {
  const CgmFile file(path);
  const cgrt_info& info = file.info();
  say(path + ": generator \"" + info.name + "\", " + std::to_string(info.width) + "x" + std::to_string(info.height) +
      ", " + std::to_string(info.channels) + " channels");
  say("  latent " + std::to_string(info.latent_size) + ", style " + std::to_string(info.style_size) + ", classes " +
      std::to_string(info.classes) + ", qualities " + std::to_string(info.qualities_present) + " of " +
      std::to_string(info.qualities));
  say("  " + std::to_string(info.file_bytes) + " bytes of file, " + std::to_string(info.arena_bytes) +
      " bytes of arena, " + std::to_string(cgrt_macs(&file.model(), CGRT_BEST)) + " multiplications a picture");
  if (cgm_can_plan(file.bytes()) && info.qualities_present == info.qualities)
    say("  about " + std::to_string(picture_instructions(cgm_plan(file.bytes()), file.bytes()[31])) +
        " instructions a picture on a Cortex-M4 or M7, rows of 8 bits");
  for (size_t k = 0; k < file.class_names().size(); ++k)
    say("  class " + std::to_string(k) + ": " + escaped(file.class_names()[k]));
  const uint32_t layers = u16_at(file.bytes() + 40), groups = u16_at(file.bytes() + 42);
  const uint8_t* record = file.bytes() + 96 + 16 * groups;
  for (uint32_t i = 0; i < layers; ++i, record += 64) say("  layer " + std::to_string(i) + ": " + layer_text(record));
  return 0;
}

}  // namespace centigan
