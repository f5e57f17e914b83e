#include "centigan/compress/distill.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "centigan/core/clock.h"
#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/core/progress.h"
#include "centigan/core/random.h"
#include "centigan/models/drawing.h"
#include "centigan/trainers/objectives.h"

namespace centigan {
namespace {

constexpr int kCurvePoints = 16;
constexpr double kLeastTime = 1e-3;  // seconds; 0 would be no limit

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

TrainConfig loop_config(const DistillConfig& config, const ModelConfig& model, const std::string& out, double kimg) {
  TrainConfig c;
  c.out = out;
  c.model = model;
  c.loss.objective = "distill";
  c.loss.teacher = config.from;
  c.trainer.kimg = kimg;
  c.trainer.batch = config.batch;
  c.trainer.seed = config.seed;
  c.trainer.threads = config.threads;
  c.trainer.pieces = config.pieces;
  c.trainer.augment = "";
  c.trainer.ema_kimg = kimg / 100;
  c.trainer.g_opt.lr = cosine_curve(config.lr, kimg);
  c.trainer.g_opt.beta1 = 0.9;
  c.trainer.g_opt.lazy_correction = false;
  c.trainer.device = config.device;
  return c;
}

// A lite teacher hands over its weights, and so its shape: settings of another one would be passed over.
void refuse_another_shape(const DistillConfig& config, const ModelConfig& teacher) {
  const auto& widths = config.student.widths;
  const bool same_widths = widths == LiteConfig().widths || widths == teacher.lite.widths;
  if (!same_widths || (config.resolution > 0 && config.resolution != teacher.resolution))
    fail_usage("distill", "student.widths, resolution",
               "a student of a lite generator takes over its weights and shape",
               "leave both out, or train a teacher of the wanted shape");
}

ModelConfig student_model(const DistillConfig& config, const ModelConfig& teacher, int64_t z_dim) {
  if (teacher.family == "lite") {
    refuse_another_shape(config, teacher);
    ModelConfig model = teacher;
    model.lite.quant = config.student.quant;
    return model;
  }
  ModelConfig model;
  model.family = "lite";
  model.channels = teacher.channels;
  model.classes = teacher.classes;
  model.lite = config.student;
  model.lite.d_widths = config.student.widths;  // nothing is trained against a discriminator here
  model.lite.z_dim = z_dim;                     // one seed is one picture in teacher and student
  const int64_t drawn = kLiteStart << (static_cast<int64_t>(config.student.widths.size()) - 1);
  model.resolution = config.resolution > 0 ? config.resolution : std::min(teacher.resolution, drawn);
  return model;
}

void measure_student(LiteStudent& student, LiteGenerator& start, int64_t seed, bool quiet) {
  const int64_t count = student.config().lite.quant.calibration;
  Progress progress("measuring ranges", count, "latents", quiet);
  student.adopt(start, static_cast<uint64_t>(seed), [&](int64_t done, int64_t) { progress.update(done); });
  progress.finish();
}

// Whether the loop will load the student: its weights and ranges are then those of the checkpoint.
bool has_checkpoint(const std::string& out) {
  std::error_code ignored;
  return !std::filesystem::is_empty(out + "/checkpoints", ignored) && !ignored;
}

double psnr(const at::Tensor& a, const at::Tensor& b) {
  const double error = (a.to(at::kDouble) - b.to(at::kDouble)).square().mean().item<double>();
  return 10.0 * std::log10(255.0 * 255.0 / std::max(error, 1e-9));
}

void write_report(const std::string& folder, const DistillReport& report) {
  std::string text = "# Pictures of the integers against the teacher's, and values cut off a layer.\n";
  if (report.psnr_before > 0) text += "psnr_before = " + Curve(report.psnr_before).text() + "\n";
  text += "psnr_after = " + Curve(report.psnr_after).text() + "\n";
  for (const auto& [layer, share] : report.saturation)
    text += "saturation." + layer + " = " + Curve(share).text() + "\n";
  write_text_atomically(folder + "/quantised.txt", text, "distill");
}

std::string decibels(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f dB", value);
  return text;
}

LiteGenerator& as_lite(Run& run, const std::string& from) {
  auto* generator = dynamic_cast<LiteGenerator*>(run.generator.get());
  if (generator == nullptr)
    fail_usage("distill", from, "is a student already", "give the run it was distilled from, or export it as it is");
  return *generator;
}

// One call of distill().
class Distillation {
 public:
  Distillation(const DistillConfig& config, const TrainOptions& options)
      : config_(config), options_(options), teacher_(open_run(config.from)) {}

  DistillReport run() {
    ModelConfig model = student_model(config_, teacher_.config.model, teacher_.generator->shape().z_dim);
    const std::string start = float_start(model);
    const bool unfinished = report_.end == TrainEnd::kStopped || report_.end == TrainEnd::kTimeLimit;
    if (unfinished || (options_.dry_run && start != config_.from)) return report_;
    start_ = start == config_.from ? teacher_ : open_run(start);
    as_lite(start_, start);
    model.lite.int8 = true;
    const auto make = [this](const TrainConfig& c, torch::Device device) { return make_parts(c, device); };
    report_.end = train_with(loop_config(config_, model, config_.out, config_.kimg), remaining(), make);
    if (report_.end == TrainEnd::kFinished && !options_.dry_run) measure_result();
    return report_;
  }

 private:
  // Trains a float student first where the teacher has another grammar. Returns the run whose weights the integers
  // start from.
  std::string float_start(const ModelConfig& model) {
    if (teacher_.config.model.family == "lite") return config_.from;
    const std::string folder = config_.out + "-float";
    report_.end = train(loop_config(config_, model, folder, config_.float_kimg), remaining());
    return folder;
  }

  // The options with what is left of the time.
  TrainOptions remaining() const {
    TrainOptions options = options_;
    if (options.time_limit > 0)
      options.time_limit = std::max(kLeastTime, options.time_limit - (clock_seconds() - begun_));
    return options;
  }

  TrainParts make_parts(const TrainConfig& c, torch::Device device) {
    const auto student = std::make_shared<LiteStudent>(c.model);
    if (!has_checkpoint(config_.out)) {
      measure_student(*student, as_lite(start_, config_.from), config_.seed, options_.quiet);
      report_.psnr_before = psnr_to_teacher(student->freeze("student"), *teacher_.generator);
      tell("integers of the float weights: ", report_.psnr_before);
    }
    student->to(device);
    teacher_.generator->to(device);
    DistillParts distilled{student, teacher_.generator};
    distilled.pyramid_levels = c.loss.pyramid_levels;
    distilled.gradient_weight = c.loss.gradient_weight;
    distilled.seed = static_cast<uint64_t>(config_.seed);
    distilled.device = device;
    TrainParts parts;
    parts.generator = student;
    parts.class_names = teacher_.class_names;
    parts.objective = make_distill(std::move(distilled));
    return parts;
  }

  void measure_result() {
    Run trained = open_run(config_.out);
    const auto integers = dynamic_cast<LiteStudent&>(*trained.generator).freeze("student");
    report_.psnr_after = psnr_to_teacher(integers, *teacher_.generator);
    report_.saturation = check_saturation(integers);
    tell("trained integers: ", report_.psnr_after);
    write_report(config_.out, report_);
  }

  void tell(const std::string& what, double psnr) const {
    if (!options_.quiet) say(what + decibels(psnr) + " against the teacher");
  }

  const DistillConfig& config_;
  const TrainOptions& options_;
  const double begun_ = clock_seconds();
  Run teacher_, start_;
  DistillReport report_;
};

}  // namespace

double psnr_to_teacher(const QuantizedLite& model, Generator& teacher, int64_t count) {
  at::NoGradGuard guard;
  std::vector<uint64_t> seeds;
  for (int64_t i = 0; i < count; ++i) seeds.push_back(static_cast<uint64_t>(i));
  const auto device = teacher.parameters().front().device();
  const DrawRequest request = request_of_seeds(teacher.shape(), seeds);
  const at::Tensor c = request.labels.defined() ? request.labels.to(device) : request.labels;
  auto wanted = teacher.forward(request.z.to(device), c, 1.0, {NoiseMode::kRandom, request.noise_seeds}).cpu();
  const int64_t factor = wanted.size(2) / model.side();
  if (factor > 1) wanted = at::avg_pool2d(wanted, {factor, factor});
  return psnr(to_uint8(wanted), lite_integer_pictures_of_seeds(model, seeds));
}

std::vector<std::pair<std::string, double>> check_saturation(const QuantizedLite& model, int64_t count) {
  std::vector<at::Tensor> latents;
  for (int64_t i = 0; i < count; ++i) latents.push_back(runtime_latent(static_cast<uint64_t>(i), model.latent));
  std::vector<double> shares;
  lite_integer_pictures(model, lite_integer_latent(at::stack(latents)), at::arange(count, at::kLong), {}, &shares);
  std::vector<std::pair<std::string, double>> result;
  for (const QuantizedLayer& layer : model.layers) {
    if (layer.layer.op == LiteOp::kToRgb) continue;
    const double share = shares[result.size()];
    result.emplace_back(layer.layer.name, share);
    const std::string text = "cuts off " + Curve(std::round(share * 1e5) / 1e3).text() + " % of its values at +-127";
    if (share > 0.01)
      fail("distill", layer.layer.name, text + " (limit 1 %)",
           "measure ranges over more latents (lite.quant.calibration)");
    if (share > 0.001) warn("distill: " + layer.layer.name + ": " + text);
  }
  return result;
}

DistillReport distill(const DistillConfig& config, const TrainOptions& options) {
  return Distillation(config, options).run();
}

}  // namespace centigan
