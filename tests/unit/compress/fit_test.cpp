#include "centigan/compress/fit.h"

#include <gtest/gtest.h>

#include "centigan/compress/distill.h"
#include "lite_support.h"

namespace centigan {
namespace {

using lite_test::tiny_config;

constexpr int64_t kFitProbes = 3, kFitPictures = 256;

LiteGenerator stirred(const ModelConfig& config) {
  LiteGenerator teacher(config, 3);
  lite_test::stir(teacher);
  return teacher;
}

at::Tensor drawn(LiteGenerator& generator) {
  const at::NoGradGuard no_grad;
  const auto z = lite_test::normal("fit", {24, 12});
  const auto c = generator.shape().c_dim > 0 ? lite_test::one_hot({0, 1, 2}).repeat({8, 1}) : at::Tensor();
  return generator.forward(z, c, 1.0, {});
}

// Squared error of the pictures, as a share of how far they are from their mean.
double unexplained(LiteGenerator& teacher, LiteGenerator& student) {
  const auto wanted = drawn(teacher);
  return ((drawn(student) - wanted).square().mean() / (wanted - wanted.mean(0)).square().mean()).item<double>();
}

double unexplained_after_fit(const ModelConfig& config, const ModelConfig& student) {
  EXPECT_EQ(fit_obstacle(config, student), "");
  LiteGenerator teacher = stirred(config);
  return unexplained(teacher, *fitted(teacher, student, 1, kFitProbes, kFitPictures));
}

TEST(Fit, TheSameGrammarGivesTheSamePictures) {
  for (auto config : {tiny_config(16), lite_test::with_classes(tiny_config(16))}) {
    EXPECT_LT(unexplained_after_fit(config, config), 1e-3);
    config.lite.demodulate = false;
    EXPECT_LT(unexplained_after_fit(config, config), 1e-3);
  }
}

TEST(Fit, OtherGrammarsComeNear) {
  const auto config = tiny_config(16);
  const auto share = [&](auto change) {
    auto student = config;
    change(student.lite);
    return unexplained_after_fit(config, student);
  };
  EXPECT_LT(share([](auto& l) { l.demodulate = false; }), 0.2);
  EXPECT_LT(share([](auto& l) { l.start_dense = false; }), 0.35);
  EXPECT_LT(share([](auto& l) { l.rgb_first = 2; }), 0.5);
  EXPECT_LT(share([](auto& l) { l.level_convs = {0, 1}; }), 0.5);
  EXPECT_LT(share([](auto& l) { l.widths = {10, 8, 7}, l.w_dim = 10; }), 0.6);
}

// The teacher draws everything at 8 px, the student has no toRGB before 16 px.
TEST(Fit, PicturesAreHandedOn) {
  const auto config = tiny_config(16);
  LiteGenerator teacher = stirred(config);
  {
    const at::NoGradGuard no_grad;
    teacher.units().back()->weight.zero_();
  }
  auto student = config;
  student.lite.rgb_first = 2;
  EXPECT_LT(unexplained(teacher, *fitted(teacher, student, 1, kFitProbes, kFitPictures)), 0.7);
}

TEST(Fit, ATeacherWithoutDemodulationAndDenseStart) {
  auto config = tiny_config(16), student = config;
  config.lite.start_dense = config.lite.demodulate = false;
  EXPECT_LT(unexplained_after_fit(config, student), 0.05);
}

// Channels beyond the teacher's are random, and what reads them makes use of them.
TEST(Fit, WiderStudentsComeNear) {
  const auto config = tiny_config(16);
  for (const bool plain : {false, true}) {
    auto student = config;
    student.lite.start_dense = student.lite.demodulate = !plain;
    student.lite.widths = {16, 13, 11}, student.lite.w_dim = 14, student.lite.level_convs = {1, 2};
    EXPECT_LT(unexplained_after_fit(config, student), plain ? 0.5 : 0.1);
  }
}

// Half the side, so that the last level of the teacher is out of reach; a deeper mapping; noise as strong as the
// teacher's.
TEST(Fit, SmallerPicturesOtherMappingsAndNoise) {
  const auto config = tiny_config(16, /*noise=*/true);
  LiteGenerator teacher = stirred(config);
  auto student = tiny_config(8, true);
  student.lite.mapping_layers = 3;
  const auto small = fitted(teacher, student, 1, kFitProbes, kFitPictures);
  const at::NoGradGuard no_grad;
  const auto pictures = [](LiteGenerator& generator) {
    return generator.forward(lite_test::normal("fit", {24, 12}), {}, 1.0, {NoiseMode::kNone, {}});
  };
  const auto wanted = at::avg_pool2d(pictures(teacher), {2, 2});
  const auto error = (pictures(*small) - wanted).square().mean() / (wanted - wanted.mean(0)).square().mean();
  EXPECT_LT(error.item<double>(), 0.7);
  EXPECT_TRUE(at::equal(small->units()[4]->noise_strength, teacher.units()[3]->noise_strength));
}

// A gain that the style does not move at all (what hands pictures on has 1) is counted in steps that hold it.
TEST(Fit, ConstantGainsBecomeIntegers) {
  auto config = tiny_config(16);
  LiteGenerator teacher = stirred(config);
  {
    const at::NoGradGuard no_grad;
    for (const size_t row : {4, 9}) teacher.units()[row]->gain_weight.slice(0, 0, 3).zero_();
  }
  config.lite.int8 = true, config.lite.quant.calibration = 64;
  LiteStudent student(config);
  student.adopt(teacher, 1, {});
  EXPECT_GT(psnr_to_teacher(student.freeze("student"), teacher, 16), 20.0);
}

TEST(Fit, IsAFunctionOfTheSeed) {
  LiteGenerator teacher = stirred(tiny_config(8));
  auto student = tiny_config(8);
  student.lite.widths = {9, 7}, student.lite.demodulate = false;
  const auto once = fitted(teacher, student, 5, kFitProbes, kFitPictures),
             again = fitted(teacher, student, 5, kFitProbes, kFitPictures);
  EXPECT_TRUE(at::equal(drawn(*once), drawn(*again)));
}

TEST(Fit, ObstaclesAreNamed) {
  const auto config = tiny_config(16);
  const auto obstacle = [&](auto change) {
    auto other = config;
    change(other);
    return fit_obstacle(config, other);
  };
  EXPECT_EQ(obstacle([](auto& c) { c.lite.z_dim = 5; }), "latent or embedding have another size");
  EXPECT_EQ(obstacle([](auto& c) { c.resolution = 32; }), "the student draws larger pictures");
  auto other = config;
  other.family = "biggan";
  EXPECT_EQ(fit_obstacle(other, config), "the teacher is no lite generator in floats");
  other = config;
  other.lite.mapping_layers = 0;
  EXPECT_EQ(fit_obstacle(other, config), "the teacher has no mapping");
  EXPECT_EQ(fit_obstacle(other, other), "");
}

}  // namespace
}  // namespace centigan
