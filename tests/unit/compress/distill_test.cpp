#include "centigan/compress/distill.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "centigan/compress/export.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "lite_support.h"
#include "test_support.h"

namespace centigan {
namespace {

const TrainOptions kQuiet = [] {
  TrainOptions options;
  options.quiet = true;
  return options;
}();

std::string distill_folder(const std::string& name) {
  const std::string path = test::process_folder() + "/" + name;
  std::filesystem::remove_all(path);
  std::filesystem::remove_all(path + "-float");
  std::filesystem::remove(path + ".cgm");
  return path;
}

// Sub-folders "left" and "right" with a few of the sample pictures each.
std::string classes_folder() {
  const std::string path = test::process_folder() + "/classes",
                    from = std::string(CENTIGAN_SOURCE) + "/samples/smileys";
  std::filesystem::remove_all(path);
  for (const char* name : {"left", "right"}) std::filesystem::create_directories(path + "/" + name);
  int64_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(from))
    if (file.path().extension() == ".png" && count < 24)
      std::filesystem::copy(file, path + (count++ % 2 ? "/left/" : "/right/") + file.path().filename().string());
  return path;
}

// A run of a few steps on the sample pictures.
std::string teacher_run(const std::string& family, int64_t classes = 0) {
  TrainConfig config;
  config.out = distill_folder("teacher_" + family);
  config.data.path = classes > 0 ? classes_folder() : std::string(CENTIGAN_SOURCE) + "/samples/smileys";
  config.model = lite_test::tiny_config(16);
  if (classes > 0) config.model = lite_test::with_classes(config.model, classes);
  config.model.family = family;
  if (family == "biggan") config.model.resolution = 32, config.trainer.pieces = 1;
  config.model.lite.quant.calibration = 64;
  config.model.biggan.g_ch = config.model.biggan.d_ch = 4, config.model.biggan.dim_z = 12;
  config.model.biggan.g_attn = config.model.biggan.d_attn = "0";
  config.model.stylegan2.z_dim = config.model.stylegan2.w_dim = 12;
  config.model.stylegan2.channel_base = 256;
  config.model.stylegan2.channel_max = 16;
  config.trainer.kimg = 0.064;
  config.trainer.augment = "";
  train(config, kQuiet);
  return config.out;
}

DistillConfig short_distillation(const std::string& from, const std::string& out) {
  DistillConfig config;
  config.from = from;
  config.out = out;
  config.kimg = 0.64, config.float_kimg = 0.064;
  config.student = lite_test::tiny_config(16).lite;
  config.student.d_widths = {};  // no discriminator takes part
  config.student.z_dim = 99;     // the teacher's counts
  config.student.quant.calibration = 64;
  return config;
}

TEST(Distill, TrainsExportsAndResumes) {
  const std::string teacher = teacher_run("lite"), out = distill_folder("student");
  const auto config = short_distillation(teacher, out);
  const auto report = distill(config, kQuiet);
  EXPECT_EQ(report.end, TrainEnd::kFinished);
  EXPECT_GT(report.psnr_before, 15.0);
  EXPECT_GT(report.psnr_after, report.psnr_before - 1.0);
  EXPECT_EQ(report.saturation.size(), 8u);
  EXPECT_NE(read_text(out + "/quantised.txt", "test").find("psnr_after = "), std::string::npos);
  EXPECT_EQ(distill(config, kQuiet).end, TrainEnd::kAlreadyFinished);
  const auto files = export_run(out, out + ".cgm");
  EXPECT_GT(files.bytes, 1000);
  EXPECT_THROW(distill(short_distillation(out, distill_folder("again")), kQuiet), Error);
}

// The text of the usage error; nothing is written.
std::string refused(const DistillConfig& config) {
  try {
    distill(config, kQuiet);
  } catch (const Error& error) {
    EXPECT_FALSE(std::filesystem::exists(config.out) || std::filesystem::exists(config.out + "-float"));
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    return error.what();
  }
  return "nothing was refused";
}

TEST(Distill, LiteTeachersMayHaveAnotherShape) {
  const std::string teacher = teacher_run("lite");
  for (const std::string init : {"auto", "random"}) {
    auto config = short_distillation(teacher, distill_folder("shape_" + init));
    config.student.widths = {8, 6, 5}, config.init = init;
    if (init == "auto") config.student.w_dim = 10;
    EXPECT_EQ(distill(config, kQuiet).end, TrainEnd::kFinished);
    EXPECT_EQ(open_run(config.out).config.model.lite.widths, config.student.widths);
    EXPECT_TRUE(std::filesystem::exists(config.out + "-float/config.txt"));
    export_run(config.out, config.out + ".cgm");
  }
}

TEST(Distill, PruningStartsNearerThanChance) {
  const std::string teacher = teacher_run("lite");
  const auto first_error = [&](const std::string& init) {
    auto config = short_distillation(teacher, distill_folder("start_" + init));
    config.student.widths = {11, 9, 7}, config.init = init;
    config.float_kimg = config.kimg = 0.032;
    config.lr = 1e-6;
    return distill(config, kQuiet).psnr_after;
  };
  EXPECT_GT(first_error("prune"), first_error("random") + 1.0);
}

TEST(Distill, FittingStartsNearerThanChance) {
  const std::string teacher = teacher_run("lite");
  const auto first_error = [&](const std::string& init) {
    auto config = short_distillation(teacher, distill_folder("fit_" + init));
    config.student.widths = {11, 9, 7}, config.init = init;
    config.student.demodulate = config.student.start_dense = false, config.student.rgb_first = 2;
    config.float_kimg = config.kimg = 0.032;
    config.lr = config.float_lr = 1e-6;
    return distill(config, kQuiet).psnr_after;
  };
  EXPECT_GT(first_error("auto"), first_error("random") + 1.0);
}

TEST(Distill, TheStartSetsTheLengthOfTheFloatPart) {
  const auto length = [](const std::string& init, double asked) {
    auto config = short_distillation(teacher_run("lite"), distill_folder("length_" + init));
    config.student.widths = {11, 9, 7}, config.init = init, config.float_kimg = asked;
    TrainOptions options = kQuiet;
    options.time_limit = 1e-3;
    distill(config, options);
    return open_run(config.out + "-float").config.trainer.kimg;
  };
  EXPECT_EQ(length("random", 0), 400);
  EXPECT_EQ(length("fit", 0), 60);
  EXPECT_EQ(length("prune", 7), 7);
}

TEST(Distill, StartsThatDoNotFitAreRefused) {
  auto config = short_distillation(teacher_run("lite"), distill_folder("start"));
  config.init = "prone";
  EXPECT_NE(refused(config).find("did you mean prune"), std::string::npos);
  config.student.widths = {8, 6, 50};
  config.init = "copy";
  EXPECT_NE(refused(config).find("copy does not fit"), std::string::npos);
  config.init = "prune";
  EXPECT_NE(refused(config).find("b16_up is wider"), std::string::npos);
  config.init = "fit", config.student.widths = {8, 6, 5};
  config.from = teacher_run("stylegan2");
  EXPECT_NE(refused(config).find("fit does not fit: the teacher is no lite"), std::string::npos);
  EXPECT_THROW(apply_student_preset("E32-M", config), Error);
}

TEST(Distill, FilesHaveThePromisedBytes) {
  const std::string teacher = teacher_run("lite", 2), out = distill_folder("budget"),
                    cut = distill_folder("budget_cut");
  auto config = short_distillation(teacher, out);
  const int64_t bytes = distill(config, kQuiet).file_bytes;
  config = short_distillation(teacher, out + "_small");
  distill_folder("budget_small");
  config.weight_bytes = std::to_string(bytes * 3 / 4);
  const auto report = distill(config, kQuiet);
  EXPECT_LE(report.file_bytes, bytes * 3 / 4);
  EXPECT_GT(report.file_bytes, bytes * 7 / 10);
  EXPECT_EQ(export_run(config.out, config.out + ".cgm").bytes, report.file_bytes);
  const auto bits = open_run(config.out).config.model.lite.quant.bits;
  ASSERT_EQ(bits.size(), report.bits.size());
  EXPECT_EQ(report.bits[3].second, bits[3]);
  EXPECT_NE(read_text(config.out + "/quantised.txt", "test").find("bits.b4_conv0 = "), std::string::npos);
  auto stopped = config;
  stopped.out = cut;
  TrainOptions few = kQuiet;
  few.max_steps = 7;
  EXPECT_EQ(distill(stopped, few).end, TrainEnd::kStopped);
  EXPECT_EQ(distill(stopped, kQuiet).end, TrainEnd::kFinished);
  EXPECT_EQ(state_hash(read_checkpoint(find_checkpoint(cut))),
            state_hash(read_checkpoint(find_checkpoint(config.out))));
}

TEST(Distill, BudgetsThatCannotBeMetAreRefusedAtOnce) {
  auto config = short_distillation(teacher_run("lite"), distill_folder("too_small"));
  config.weight_bytes = "2K";
  EXPECT_NE(refused(config).find("bytes of flash, and the budget is 18432"), std::string::npos);
  config.weight_bytes.clear();
  config.budget = "ram=1K";
  EXPECT_NE(refused(config).find("bytes of RAM"), std::string::npos);
  config.budget = "flash=1M,instructions=10K";
  EXPECT_NE(refused(config).find("instructions a picture"), std::string::npos);
  config.budget = "flash=lots";
  EXPECT_NE(refused(config).find("is no amount"), std::string::npos);
}

TEST(Distill, TermsAreResumedBitForBit) {
  const std::string teacher = teacher_run("stylegan2"), straight = distill_folder("terms"),
                    cut = distill_folder("terms_cut");
  const auto with_terms = [&](const std::string& out) {
    auto config = short_distillation(teacher, out);
    config.terms.perceptual = 0.3, config.terms.distribution = config.terms.adversarial = 0.05, config.terms.w = 0.1;
    return config;
  };
  EXPECT_EQ(distill(with_terms(straight), kQuiet).end, TrainEnd::kFinished);
  TrainOptions few = kQuiet;
  few.max_steps = 1;
  EXPECT_EQ(distill(with_terms(cut), few).end, TrainEnd::kStopped);
  EXPECT_EQ(distill(with_terms(cut), kQuiet).end, TrainEnd::kFinished);
  EXPECT_EQ(state_hash(read_checkpoint(find_checkpoint(straight))), state_hash(read_checkpoint(find_checkpoint(cut))));
}

TEST(Distill, StoppedStudentsGoOnBitForBit) {
  const std::string teacher = teacher_run("lite"), straight = distill_folder("straight"), cut = distill_folder("cut");
  distill(short_distillation(teacher, straight), kQuiet);
  TrainOptions few = kQuiet;
  few.max_steps = 7;
  EXPECT_EQ(distill(short_distillation(teacher, cut), few).end, TrainEnd::kStopped);
  EXPECT_FALSE(std::filesystem::exists(cut + "/quantised.txt"));
  EXPECT_EQ(distill(short_distillation(teacher, cut), kQuiet).end, TrainEnd::kFinished);
  EXPECT_EQ(state_hash(read_checkpoint(find_checkpoint(straight))), state_hash(read_checkpoint(find_checkpoint(cut))));
}

TEST(Distill, OtherFamiliesAreDistilledFirst) {
  const std::string teacher = teacher_run("stylegan2"), out = distill_folder("from_stylegan2");
  EXPECT_THROW(export_run(teacher, out + ".cgm"), Error);
  const auto report = distill(short_distillation(teacher, out), kQuiet);
  EXPECT_EQ(report.end, TrainEnd::kFinished);
  EXPECT_TRUE(std::filesystem::exists(out + "-float/config.txt"));
  EXPECT_GT(report.psnr_after, report.psnr_before);
}

TEST(Distill, LiteTeachersHandOverTheirClasses) {
  const std::string teacher = teacher_run("lite", 2), out = distill_folder("student_classes");
  const auto report = distill(short_distillation(teacher, out), kQuiet);
  EXPECT_GT(report.psnr_after, report.psnr_before - 1.0);
  export_run(out, out + ".cgm");
  EXPECT_NE(read_text(out + ".txt", "test").find("classes = 2\nclass0 = left\nclass1 = right\n"), std::string::npos);
}

TEST(Distill, StudentsLearnTheClassesOfOtherFamilies) {
  for (const std::string family : {"stylegan2", "biggan"}) {
    const std::string teacher = teacher_run(family, 2), out = distill_folder("classes_" + family);
    auto config = short_distillation(teacher, out);
    config.student.embed_dim = 7;
    const auto report = distill(config, kQuiet);
    EXPECT_EQ(report.end, TrainEnd::kFinished);
    EXPECT_GT(report.psnr_after, report.psnr_before - 1.0);
    export_run(out, out + ".cgm");
    EXPECT_NE(read_text(out + ".txt", "test").find("class1 = right\n"), std::string::npos);
  }
}

TEST(Distill, ATimeLimitEndsBothParts) {
  const std::string teacher = teacher_run("stylegan2"), out = distill_folder("limited");
  TrainOptions soon = kQuiet;
  soon.time_limit = 0.01;
  EXPECT_EQ(distill(short_distillation(teacher, out), soon).end, TrainEnd::kTimeLimit);
  EXPECT_TRUE(std::filesystem::exists(out + "-float"));
  EXPECT_FALSE(std::filesystem::exists(out));
  EXPECT_EQ(distill(short_distillation(teacher, out), kQuiet).end, TrainEnd::kFinished);
}

TEST(Distill, FloatRunsCanBeExportedAsTheyAre) {
  const std::string teacher = teacher_run("lite");
  EXPECT_GT(export_run(teacher, distill_folder("plain") + ".cgm").bytes, 1000);
}

}  // namespace
}  // namespace centigan
