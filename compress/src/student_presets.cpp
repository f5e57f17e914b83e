#include "centigan/compress/student_presets.h"

#include "centigan/core/error.h"
#include "centigan/core/text.h"

namespace centigan {
namespace {

// Widths from 4 px up; convolutions after the upsampling ones; level of the first toRGB; sizes of latent and style.
struct Row {
  const char* name;
  std::vector<int64_t> widths, convs;
  int64_t rgb_first, latent, style;
};

const std::vector<Row>& preset_rows() {
  static const std::vector<Row> rows = {
      {"E32-S", {48, 48, 32, 16}, {0, 1, 1}, 3, 32, 32},
      {"E32", {96, 80, 56, 32}, {1, 1, 1}, 3, 32, 64},
      {"E64", {112, 96, 80, 48, 24}, {1, 1, 1, 1}, 2, 64, 64},
      {"E128", {128, 112, 96, 56, 32, 16}, {1, 1, 1, 1, 0}, 2, 64, 64},
  };
  return rows;
}

// Constant first map, no demodulation, upsampling by phases from 32 px on.
StudentPreset preset_of(const Row& row) {
  StudentPreset preset;
  const auto levels = static_cast<int64_t>(row.widths.size());
  preset.name = row.name;
  preset.resolution = int64_t{4} << (levels - 1);
  preset.lite.widths = preset.lite.d_widths = row.widths;
  preset.lite.level_convs = row.convs;
  preset.lite.rgb_first = row.rgb_first;
  preset.lite.z_dim = row.latent, preset.lite.w_dim = row.style;
  preset.lite.start_dense = preset.lite.demodulate = false;
  preset.lite.noise = true;
  preset.lite.quant.phase_from = 3;
  return preset;
}

}  // namespace

std::vector<std::string> student_preset_names() {
  std::vector<std::string> names;
  for (const Row& row : preset_rows()) names.push_back(row.name);
  return names;
}

StudentPreset student_preset(const std::string& name) {
  for (const Row& row : preset_rows())
    if (name == row.name) return preset_of(row);
  fail_usage("distill", "preset", escaped(name) + " is not a student",
             did_you_mean(name, student_preset_names(), "there are " + joined(student_preset_names())));
}

}  // namespace centigan
