#include "widest_shape.h"

#include <algorithm>

#include "centigan/compress/student_presets.h"
#include "centigan/core/error.h"

namespace centigan {
namespace {

bool is_default(LiteConfig student) {
  LiteConfig defaults;
  student.quant = defaults.quant;
  return write_config(ConfigRef(student)) == write_config(ConfigRef(defaults));
}

// Widths and depths of the documented student of about this size, without the levels beyond it.
void take_documented_widths(int64_t resolution, DistillConfig& config) {
  const LiteConfig preset = student_preset(resolution <= 32 ? "E32" : resolution <= 64 ? "E64" : "E128").lite;
  LiteConfig& lite = config.student;
  lite.widths = preset.widths, lite.level_convs = preset.level_convs, lite.w_dim = preset.w_dim;
  while (lite.widths.size() > 1 && (kLiteStart << (lite.widths.size() - 1)) > resolution)
    lite.widths.pop_back(), lite.level_convs.pop_back();
  lite.rgb_first = std::min<int64_t>(preset.rgb_first, static_cast<int64_t>(lite.widths.size()) - 1);
}

}  // namespace

StudentShape widest_shape(DistillConfig config, const Run& teacher) {
  const ModelConfig& model = teacher.config.model;
  if (model.lite.int8)
    fail_usage("search", config.from, "is a student in integers", "give the run it was distilled from");
  if (model.family != "lite" && is_default(config.student))
    take_documented_widths(config.resolution > 0 ? config.resolution : model.resolution, config);
  return student_shape(config, model, teacher.generator->shape().z_dim);
}

}  // namespace centigan
