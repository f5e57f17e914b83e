#include "distill_loop.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "centigan/compress/fit.h"
#include "centigan/compress/prune.h"
#include "centigan/core/clock.h"
#include "centigan/trainers/distillation.h"

namespace centigan {
namespace {

constexpr int kCurvePoints = 16;
constexpr double kCriticGamma = 0.3;  // R1 of the critic on the teacher's pictures

// Half a cosine from `start` to nearly nothing, as straight pieces.
Curve cosine_curve(double start, double kimg) {
  std::string text;
  for (int i = 0; i <= kCurvePoints; ++i) {
    const double share = static_cast<double>(i) / kCurvePoints;
    const double value = start * std::max(0.002, 0.5 * (1.0 + std::cos(share * 3.14159265358979323846)));
    text += (i ? "," : "") + Curve(kimg * share).text() + ":" + Curve(value).text();
  }
  Curve curve;
  Curve::parse(text, curve);
  return curve;
}

}  // namespace

TrainConfig distill_loop(const DistillConfig& config, const ModelConfig& model, const std::string& out, double kimg) {
  TrainConfig c;
  c.out = out;
  c.model = model;
  c.loss.objective = "distill";
  c.loss.teacher = config.from;
  c.loss.distill = config.terms;
  c.loss.r1_gamma = kCriticGamma;
  c.trainer.kimg = kimg;
  c.trainer.batch = config.batch;
  c.trainer.seed = config.seed;
  c.trainer.threads = config.threads;
  c.trainer.pieces = config.pieces;
  c.trainer.augment = "";
  c.trainer.ema_kimg = kimg / 100;
  c.trainer.g_opt.lr = c.trainer.d_opt.lr = cosine_curve(config.lr, kimg);
  c.trainer.g_opt.beta1 = 0.9;
  c.trainer.g_opt.lazy_correction = c.trainer.d_opt.lazy_correction = false;
  c.trainer.device = config.device;
  return c;
}

TrainParts student_parts(const Run& teacher, std::shared_ptr<Generator> student, std::unique_ptr<Objective> objective) {
  TrainParts parts;
  parts.generator = std::move(student);
  parts.class_names = teacher.class_names;
  parts.objective = std::move(objective);
  return parts;
}

TrainParts distilled_student(const TrainConfig& config, const Run& teacher, std::shared_ptr<Generator> student,
                             torch::Device device) {
  student->to(device);
  auto objective = make_distill(distill_parts(config, teacher, student, device));
  return student_parts(teacher, std::move(student), std::move(objective));
}

std::shared_ptr<LiteGenerator> cut_out_of(LiteGenerator& teacher, const std::string& start, const ModelConfig& model,
                                          uint64_t seed) {
  return start == "prune" ? pruned(teacher, model, seed) : fitted(teacher, model, seed);
}

TrainOptions remaining_of(const TrainOptions& options, double begun) {
  TrainOptions left = options;
  if (left.time_limit > 0) left.time_limit = std::max(kLeastTime, left.time_limit - (clock_seconds() - begun));
  return left;
}

bool has_checkpoint(const std::string& out) {
  std::error_code ignored;
  return !std::filesystem::is_empty(out + "/checkpoints", ignored) && !ignored;
}

}  // namespace centigan
