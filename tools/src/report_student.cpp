#include <ATen/ATen.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "centigan/core/clock.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/image.h"
#include "centigan/core/text.h"
#include "centigan/models/drawing.h"
#include "cgm_file.h"
#include "report_drawing.h"
#include "runtime_drawing.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kStudentSeeds = 8;

bool is_run(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / "config.txt", ignored);
}

TrainConfig config_beside(const fs::path& folder) {
  TrainConfig config;
  const std::string file = (folder / "config.txt").string();
  try {
    read_config(ConfigRef(config), read_text(file, "report"), file);
  } catch (const Error&) {
    config = TrainConfig();  // somebody else's run is no student of this one
  }
  return config;
}

// A run folder or a checkpoint in it -> the folder.
fs::path run_of(const std::string& teacher) {
  fs::path path = fs::path(teacher).lexically_normal();
  if (path.extension() == ".h5") path = path.parent_path();
  return path.filename() == "checkpoints" ? path.parent_path() : path;
}

// Runs are kept side by side, so a student lies beside its teacher and names it; by way of a float student, if need be.
std::string student_beside(const fs::path& teacher, int depth = 0) {
  const fs::path run = fs::absolute(teacher).lexically_normal();
  std::vector<fs::path> others;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(run.parent_path(), ignored))
    if (entry.path() != run && is_run(entry.path())) others.push_back(entry.path());
  std::sort(others.begin(), others.end());
  for (const fs::path& other : others) {
    const TrainConfig config = config_beside(other);
    if (config.loss.teacher.empty() || run_of(config.loss.teacher).filename() != run.filename()) continue;
    const std::string further = depth == 0 && !config.model.lite.int8 ? student_beside(other, 1) : "";
    return further.empty() ? other.string() : further;
  }
  return "";
}

// A .cgm file in one of the folders, or beside them under their names.
std::string cgm_beside(const std::vector<std::string>& folders) {
  std::error_code ignored;
  for (const std::string& folder : folders) {
    if (folder.empty()) continue;
    const fs::path path = fs::path(folder).lexically_normal();
    const fs::path same = (path.filename().empty() ? path.parent_path() : path).string() + ".cgm";
    if (fs::exists(same, ignored)) return same.string();
    for (const auto& entry : fs::directory_iterator(path, ignored))
      if (entry.path().extension() == ".cgm") return entry.path().string();
  }
  return "";
}

at::Tensor enlarged(const at::Tensor& pictures, const at::Tensor& like) {
  at::Tensor x = pictures;
  if (x.size(1) != like.size(1)) x = x.narrow(1, 0, 1).expand({-1, like.size(1), -1, -1});
  if (x.sizes().slice(2) == like.sizes().slice(2)) return x;
  return at::upsample_nearest2d(x.to(at::kFloat), like.sizes().slice(2)).to(at::kByte);
}

// Pictures of the C runtime, and how long one takes.
at::Tensor drawn_by_runtime(const CgmFile& file, double& milliseconds) {
  cgrt_options options = CGRT_OPTIONS_DEFAULT;
  const cgrt_info& info = file.info();
  std::vector<at::Tensor> pictures;
  const double start = clock_seconds();
  for (uint64_t seed = 0; seed < static_cast<uint64_t>(kStudentSeeds); ++seed) {
    const int64_t label = class_of_seed(seed, info.classes);
    pictures.push_back(planar(file.draw(seed, static_cast<uint32_t>(label), options), info.height, options.format));
  }
  milliseconds = 1000 * (clock_seconds() - start) / kStudentSeeds;
  return at::stack(pictures);
}

int64_t float_bytes(const Generator& generator) {
  int64_t values = 0;
  for (const auto& parameter : generator.parameters()) values += parameter.numel();
  return 4 * values;
}

void add_likeness(JsonRow& facts, const std::string& student) {
  std::error_code ignored;
  const std::string file = student + "/quantised.txt", key = "psnr_after = ";
  if (!fs::exists(file, ignored)) return;
  const std::string text = read_text(file, "report");
  const size_t at = text.find(key);
  if (at != std::string::npos) facts["psnr"] = std::atof(text.c_str() + at + key.size());
}

void add_export(JsonRow& facts, const CgmFile& file, double milliseconds) {
  facts["file"] = fs::path(file.path()).filename().string();
  facts["bytes"] = int64_t{file.info().file_bytes};
  facts["arena"] = int64_t{file.info().arena_bytes};
  facts["macs"] = static_cast<int64_t>(cgrt_macs(&file.model(), CGRT_BEST));
  facts["milliseconds"] = milliseconds;
}

struct StudentRows {
  std::vector<at::Tensor> pictures;
  std::vector<std::string> names;
  void add(const std::string& name, const at::Tensor& drawn) {
    names.push_back(name);
    pictures.push_back(pictures.empty() ? drawn : enlarged(drawn, pictures[0]));
  }
};

}  // namespace

void draw_student(RunRecord& record, Run& run, const ReportDrawing& drawing, std::vector<std::string>& notes) {
  const torch::Device cpu(torch::kCPU);
  const std::string student = drawing.student.empty() ? student_beside(record.folder) : drawing.student;
  const std::string cgm = drawing.cgm.empty() ? cgm_beside({student, record.folder}) : drawing.cgm;
  if (student.empty() && cgm.empty()) return;
  StudentRows rows;
  rows.add("this run", report_samples(*run.generator, cpu, kStudentSeeds));
  record.student = {{"teacher_bytes", float_bytes(*run.generator)}};
  try {
    if (!student.empty()) {
      rows.add("student", report_samples(*open_run(student).generator, cpu, kStudentSeeds));
      add_likeness(record.student, student);
    }
    if (!cgm.empty()) {
      double milliseconds = 0;
      const CgmFile file(cgm);
      rows.add("C runtime", drawn_by_runtime(file, milliseconds));
      add_export(record.student, file, milliseconds);
    }
  } catch (const Error& error) {
    if (!drawing.student.empty() || !drawing.cgm.empty()) throw;  // asked for by name
    notes.push_back("The student cannot be shown: " + first_line(error.what()) + ".");
  }
  const std::string png = png_bytes(make_grid(at::cat(rows.pictures), kStudentSeeds));
  put_figures(record, {{"student", png, rows.names, "Seeds 0 to 7, without truncation.", run.images}});
}

}  // namespace centigan
