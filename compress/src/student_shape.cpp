#include "student_shape.h"

#include <algorithm>

#include "centigan/compress/fit.h"
#include "centigan/compress/prune.h"
#include "centigan/compress/student_presets.h"
#include "centigan/core/error.h"
#include "centigan/core/log.h"
#include "centigan/core/text.h"

namespace centigan {
namespace {

// What a student draws with, without what its teacher or its integers decide.
std::string drawing_part(LiteConfig lite) {
  lite.quant = LiteQuantConfig();
  lite.z_dim = lite.embed_dim = lite.mbstd_group_size = 1;
  lite.d_widths.clear();
  lite.int8 = false;
  return write_config(ConfigRef(lite));
}

bool has_teachers_shape(const DistillConfig& config, const ModelConfig& teacher) {
  if (teacher.family != "lite" || (config.resolution > 0 && config.resolution != teacher.resolution)) return false;
  const std::string asked = drawing_part(config.student);
  return asked == drawing_part(LiteConfig()) || asked == drawing_part(teacher.lite);
}

bool has_noise(const ModelConfig& teacher) {
  return teacher.family == "lite" ? teacher.lite.noise : teacher.family == "stylegan2";
}

ModelConfig copied_model(const DistillConfig& config, const ModelConfig& teacher) {
  ModelConfig model = teacher;
  model.lite.quant = config.student.quant;
  return model;
}

ModelConfig other_model(const DistillConfig& config, const ModelConfig& teacher, int64_t z_dim) {
  ModelConfig model;
  model.family = "lite";
  model.channels = teacher.channels;
  model.classes = teacher.classes;
  model.lite = config.student;
  model.lite.d_widths = config.student.widths;  // nothing is trained against it here
  model.lite.z_dim = z_dim;                     // one seed is one picture in teacher and student
  if (model.lite.noise && !has_noise(teacher)) {
    say("distill: the teacher has no noise, so the student gets none (--student.noise)");
    model.lite.noise = false;
  }
  const int64_t drawn = kLiteStart << (static_cast<int64_t>(config.student.widths.size()) - 1);
  model.resolution = config.resolution > 0 ? config.resolution : std::min(teacher.resolution, drawn);
  return model;
}

// Why a start does not fit a student, in the order in which `auto` tries them.
using Obstacles = std::vector<std::pair<std::string, std::string>>;

Obstacles obstacles_of(bool same, const ModelConfig& teacher, const ModelConfig& student) {
  return {{"copy", same ? "" : "the student has another shape than its teacher"},
          {"prune", prune_obstacle(teacher, student)},
          {"fit", fit_obstacle(teacher, student)},
          {"random", ""}};
}

std::string start_of(const std::string& asked, const Obstacles& obstacles) {
  std::vector<std::string> starts = {"auto"};
  for (const auto& [start, why] : obstacles) {
    if (why.empty() && asked == "auto") return start;
    if (asked == start && why.empty()) return start;
    if (asked == start)
      fail_usage("distill", "init", asked + " does not fit: " + why, "use --init auto, or change --student.*");
    starts.push_back(start);
  }
  fail_usage("distill", "init", escaped(asked) + " is no start",
             did_you_mean(asked, starts, "there are " + joined(starts)));
}

}  // namespace

StudentShape student_shape(const DistillConfig& config, const ModelConfig& teacher, int64_t z_dim) {
  const bool same = has_teachers_shape(config, teacher);
  StudentShape shape;
  shape.model = same ? copied_model(config, teacher) : other_model(config, teacher, z_dim);
  check_lite_config(shape.model);
  shape.start = start_of(config.init, obstacles_of(same, teacher, shape.model));
  return shape;
}

void apply_student_preset(const std::string& name, DistillConfig& config) {
  const StudentPreset preset = student_preset(name);
  config.preset = name;
  config.student = preset.lite;
  config.resolution = preset.resolution;
}

}  // namespace centigan
