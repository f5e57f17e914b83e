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

TEST(Distill, LiteTeachersHandOverTheirShape) {
  auto config = short_distillation(teacher_run("lite"), distill_folder("shape"));
  config.resolution = 32;
  EXPECT_THROW(distill(config, kQuiet), Error);
  config.resolution = 16;
  config.student.widths = {5, 5, 5};
  EXPECT_THROW(distill(config, kQuiet), Error);
  EXPECT_FALSE(std::filesystem::exists(config.out));
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
