#include "centigan/compress/distill.h"

#include <algorithm>
#include <utility>

#include "centigan/compress/budget.h"
#include "centigan/compress/plan.h"
#include "centigan/compress/weight_bits.h"
#include "centigan/core/clock.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/log.h"
#include "centigan/core/progress.h"
#include "centigan/core/text.h"
#include "distill_loop.h"
#include "student_shape.h"

namespace centigan {
namespace {

constexpr double kFloatKimg = 60, kFloatKimgFromChance = 400;

void measure_student(LiteStudent& student, LiteGenerator& start, int64_t seed, bool quiet) {
  const int64_t count = student.config().lite.quant.calibration;
  Progress progress("measuring ranges", count, "latents", quiet);
  student.adopt(start, static_cast<uint64_t>(seed), [&](int64_t done, int64_t) { progress.update(done); });
  progress.finish();
}

void write_report(const std::string& folder, const DistillReport& report) {
  std::string text =
      "# Pictures of the integers against the teacher's, and values cut off and bits of the weights a layer.\n";
  if (report.psnr_before > 0) text += "psnr_before = " + Curve(report.psnr_before).text() + "\n";
  text += "psnr_after = " + Curve(report.psnr_after).text() + "\n";
  for (const auto& [layer, share] : report.saturation)
    text += "saturation." + layer + " = " + Curve(share).text() + "\n";
  for (const auto& [layer, bits] : report.bits) text += "bits." + layer + " = " + std::to_string(bits) + "\n";
  text += "file_bytes = " + std::to_string(report.file_bytes) + "\n";
  write_text_atomically(folder + "/quantised.txt", text, "distill");
}

LiteGenerator& as_lite(Run& run, const std::string& from) {
  auto* generator = dynamic_cast<LiteGenerator*>(run.generator.get());
  if (generator == nullptr)
    fail_usage("distill", from, "is a student already", "give the run it was distilled from, or export it as it is");
  return *generator;
}

// Most bytes of the file are a limit of the flash, too.
DeviceBudget budget_of(const DistillConfig& config) {
  DeviceBudget budget = parse_budget(config.budget);
  if (config.weight_bytes.empty()) return budget;
  const int64_t flash = parse_bytes("weight_bytes", config.weight_bytes) + kRuntimeCodeBytes;
  budget.flash = budget.flash > 0 ? std::min(budget.flash, flash) : flash;
  return budget;
}

// One call of distill().
class Distillation {
 public:
  Distillation(const DistillConfig& config, const TrainOptions& options, FloatStart given)
      : config_(config),
        options_(options),
        given_(std::move(given)),
        budget_(budget_of(config)),
        teacher_(open_run(config.from)),
        shape_(student_shape(config, teacher_.config.model, teacher_.generator->shape().z_dim)) {}

  DistillReport run() {
    ModelConfig& model = shape_.model;
    refuse_what_cannot_fit(model, chooses_bits(model));
    const std::string start = float_start(model);
    const bool unfinished = report_.end == TrainEnd::kStopped || report_.end == TrainEnd::kTimeLimit;
    if (unfinished || (options_.dry_run && start != config_.from)) return report_;
    start_ = start == config_.from ? teacher_ : open_run(start);
    as_lite(start_, start);
    model.lite.int8 = true;
    settle_bits(model);
    const auto make = [this](const TrainConfig& c, torch::Device device) { return make_parts(c, device); };
    report_.end =
        train_with(distill_loop(config_, model, config_.out, config_.kimg), remaining_of(options_, begun_), make);
    if (report_.end == TrainEnd::kFinished && !options_.dry_run) measure_result();
    return report_;
  }

 private:
  QuantizedLite plan_of(const ModelConfig& model) const {
    QuantizedLite plan = lite_plan(model);
    plan.class_names = teacher_.class_names;
    return plan;
  }

  bool chooses_bits(const ModelConfig& model) const { return budget_.flash > 0 && model.lite.quant.bits.empty(); }
  int64_t most_bytes() const { return std::max<int64_t>(budget_.flash - kRuntimeCodeBytes, 1); }

  // `smallest`: with all weights packed, which is what can be had; RAM then holds one unpacked filter more.
  void refuse_what_cannot_fit(const ModelConfig& model, bool smallest) const {
    QuantizedLite plan = plan_of(model);
    if (smallest) plan = packed(plan);
    const std::string over = over_budget(cost_of(plan), budget_);
    if (!over.empty())
      fail_usage("distill", "budget", "the student needs " + over,
                 "use a smaller student (--preset, --student.widths), or a larger budget");
  }

  // The bits of a run that was begun, or those that the budget leaves.
  void settle_bits(ModelConfig& model) {
    if (chooses_bits(model)) model.lite.quant.bits = has_checkpoint(config_.out) ? stored_bits() : chosen_bits(model);
    refuse_what_cannot_fit(model, false);
  }

  std::vector<int64_t> stored_bits() const {
    const std::string file = find_checkpoint(config_.out);
    return config_of(read_checkpoint(file), file).model.lite.quant.bits;
  }

  std::vector<int64_t> chosen_bits(ModelConfig model) {
    model.lite.quant.head_bits = 8;
    LiteStudent student(model);
    measure_student(student, as_lite(start_, config_.from), config_.seed, options_.quiet);
    const auto layers = weight_sensitivity(student, *teacher_.generator, static_cast<uint64_t>(config_.seed));
    const QuantizedLite plan = plan_of(model);
    const BitChoice choice = choose_weight_bits(plan, layers, most_bytes());
    if (!options_.quiet)
      for (const std::string& line : bit_table(plan, choice, layers)) say(line);
    return choice.bits;
  }

  // Trains a float student first unless the teacher's weights are taken as they are. Returns the run whose weights the
  // integers start from.
  std::string float_start(const ModelConfig& model) {
    if (shape_.start == "copy" && !given_) return config_.from;
    const std::string folder = config_.out + "-float";
    DistillConfig floats = config_;
    floats.batch = config_.float_batch, floats.lr = config_.float_lr;
    const TrainConfig config = distill_loop(floats, model, folder, float_kimg());
    const auto make = [&](const TrainConfig& c, torch::Device device) { return make_float_parts(c, device); };
    report_.end = train_with(config, remaining_of(options_, begun_), make);
    return folder;
  }

  double float_kimg() const {
    if (config_.float_kimg > 0) return config_.float_kimg;
    return shape_.start == "random" ? kFloatKimgFromChance : kFloatKimg;
  }

  TrainParts make_float_parts(const TrainConfig& c, torch::Device device) {
    const auto seed = static_cast<uint64_t>(config_.seed);
    if (has_checkpoint(c.out)) return distilled_student(c, teacher_, make_generator(c.model, seed), device);
    if (given_) return distilled_student(c, teacher_, given_(c.model), device);
    if (!options_.quiet) say("the student's start: " + shape_.start);
    if (shape_.start == "random") return distilled_student(c, teacher_, make_generator(c.model, seed), device);
    return distilled_student(c, teacher_, cut_out_of(as_lite(teacher_, config_.from), shape_.start, c.model, seed),
                             device);
  }

  TrainParts make_parts(const TrainConfig& c, torch::Device device) {
    const auto student = std::make_shared<LiteStudent>(c.model);
    if (!has_checkpoint(config_.out)) {
      measure_student(*student, as_lite(start_, config_.from), config_.seed, options_.quiet);
      report_.psnr_before = psnr_to_teacher(student->freeze("student"), *teacher_.generator);
      tell("integers of the float weights: ", report_.psnr_before);
    }
    return distilled_student(c, teacher_, student, device);
  }

  void measure_result() {
    Run trained = open_run(config_.out);
    const auto integers = dynamic_cast<LiteStudent&>(*trained.generator).freeze("student");
    report_.psnr_after = psnr_to_teacher(integers, *teacher_.generator);
    report_.saturation = check_saturation(integers);
    for (const QuantizedLayer& layer : integers.layers) report_.bits.emplace_back(layer.layer.name, layer.weight_bits);
    report_.file_bytes = file_bytes(plan_of(trained.config.model));
    tell("trained integers: ", report_.psnr_after);
    write_report(config_.out, report_);
  }

  void tell(const std::string& what, double psnr) const {
    if (!options_.quiet) say(what + format_text("%.2f dB", psnr) + " against the teacher");
  }

  const DistillConfig& config_;
  const TrainOptions& options_;
  const FloatStart given_;
  const double begun_ = clock_seconds();
  DeviceBudget budget_;
  Run teacher_, start_;
  StudentShape shape_;
  DistillReport report_;
};

}  // namespace

DistillReport distill(const DistillConfig& config, const TrainOptions& options, const FloatStart& start) {
  return Distillation(config, options, start).run();
}

}  // namespace centigan
