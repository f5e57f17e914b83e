#include "centigan/models/lite_quant.h"

#include <gtest/gtest.h>

#include "centigan/core/error.h"
#include "centigan/core/image.h"
#include "centigan/models/drawing.h"
#include "lite_support.h"

namespace centigan {
namespace {

using namespace lite_test;

ModelConfig quick_student(ModelConfig config, int64_t phase_from = 2) {
  config.lite.quant.phase_from = phase_from;
  config.lite.quant.calibration = 64;
  return config;
}

// A student of a stirred teacher.
struct Pair {
  explicit Pair(const ModelConfig& config, int64_t phase_from = 2)
      : teacher(config, 3), student(quick_student(config, phase_from)) {
    stir(teacher);
    student.adopt(teacher, 1);
  }
  LiteGenerator teacher;
  LiteStudent student;
};

at::Tensor latents_of_seeds(int64_t count, int64_t size) {
  std::vector<at::Tensor> latents;
  for (int64_t seed = 0; seed < count; ++seed) latents.push_back(runtime_latent(static_cast<uint64_t>(seed), size));
  return at::stack(latents);
}

std::vector<uint64_t> first_seeds(int64_t count) {
  std::vector<uint64_t> seeds;
  for (int64_t i = 0; i < count; ++i) seeds.push_back(static_cast<uint64_t>(i));
  return seeds;
}

at::Tensor student_bytes(LiteStudent& student, int64_t count, double psi = 1.0) {
  at::NoGradGuard guard;
  const DrawRequest request = request_of_seeds(student.shape(), first_seeds(count));
  return to_uint8(student.forward(request.z, request.labels, psi, {NoiseMode::kRandom, request.noise_seeds}));
}

// A byte here and there may be one step off: the student adds in floats.
void expect_same_pictures(const at::Tensor& a, const at::Tensor& b) {
  const auto difference = (a.to(at::kInt) - b.to(at::kInt)).abs();
  EXPECT_LE(difference.max().item<int>(), 1);
  EXPECT_LT((difference > 0).to(at::kDouble).mean().item<double>(), 1e-3);
}

double picture_error(LiteGenerator& teacher, LiteStudent& student) {
  at::NoGradGuard guard;
  const auto z = latents_of_seeds(16, 12);
  const auto a = teacher.synthesis(teacher.mapping(z, {}), {}), b = student.synthesis(student.mapping(z, {}), {});
  return (a - b).norm().item<double>() / (a - a.mean()).norm().item<double>();
}

TEST(LiteQuant, LatentIsTheRuntimes) {
  const auto z = at::tensor({43 / 32.0, -19 / 32.0, 3.9999, -5.0, 64 / 4096.0, -64 / 4096.0, 63 / 4096.0});
  EXPECT_TRUE(at::equal(lite_integer_latent(z), at::tensor({43, -19, 127, -127, 1, 0, 0}, at::kLong)));
}

TEST(LiteQuant, StudentComputesWithTheIntegersOfItsFile) {
  for (const bool noise : {false, true}) {
    for (const int64_t phase_from : {1, 2, 9}) {
      Pair pair(tiny_config(32, noise), phase_from);
      const auto a = student_bytes(pair.student, 16);
      const auto b = lite_integer_pictures_of_seeds(pair.student.freeze("tiny"), first_seeds(16));
      expect_same_pictures(a, b);
    }
  }
}

TEST(LiteQuant, AStartWithoutStyleIsTheConstantAlone) {
  auto config = tiny_config(32);
  config.lite.start_dense = false, config.lite.level_convs = {0, 1, 2};
  Pair pair(config);
  EXPECT_FALSE(pair.student.units()[2]->unit->weight.defined());
  EXPECT_LT(picture_error(pair.teacher, pair.student), 0.12);
  const auto model = pair.student.freeze("tiny");
  EXPECT_FALSE(model.layers[2].weight.defined());
  expect_same_pictures(student_bytes(pair.student, 16), lite_integer_pictures_of_seeds(model, first_seeds(16)));
}

TEST(LiteQuant, EveryLayerHasItsBits) {
  auto config = tiny_config(16);
  config.lite.quant.bits = {4, 6, 6, 4, 8, 4, 8, 6, 4, 8};
  Pair pair(config);
  const auto model = pair.student.freeze("tiny"), planned = lite_plan(pair.student.config());
  for (size_t row = 0; row < model.layers.size(); ++row) {
    const int64_t bits = config.lite.quant.bits[row];
    EXPECT_EQ(model.layers[row].weight_bits, bits);
    EXPECT_EQ(planned.layers[row].weight_bits, bits);
    EXPECT_LE(model.layers[row].weight.abs().max().item<int>(), (1 << (bits - 1)) - 1) << model.layers[row].layer.name;
  }
  expect_same_pictures(student_bytes(pair.student, 16), lite_integer_pictures_of_seeds(model, first_seeds(16)));
}

// Bits that are set behind adopt() are those that it would have taken.
TEST(LiteQuant, BitsMayBeTriedOneLayerAtATime) {
  auto config = tiny_config(16);
  Pair bytes(config);
  config.lite.quant.bits = {8, 8, 8, 4, 8, 8, 8, 8, 8, 8};
  Pair packed(config);
  const double plain = picture_error(bytes.teacher, bytes.student);
  bytes.student.set_weight_bits(3, 4);
  const auto left = bytes.student.freeze("x"), right = packed.student.freeze("x");
  for (size_t row = 0; row < left.layers.size(); ++row) {
    EXPECT_TRUE(at::equal(left.layers[row].weight, right.layers[row].weight));
    EXPECT_TRUE(at::equal(left.layers[row].mult, right.layers[row].mult));
  }
  EXPECT_GT(picture_error(bytes.teacher, bytes.student), plain);
  bytes.student.set_weight_bits(3, 8);
  EXPECT_EQ(picture_error(bytes.teacher, bytes.student), plain);
}

TEST(LiteQuant, ClassesAreIntegersToo) {
  Pair pair(with_classes(tiny_config(32)));
  const auto model = pair.student.freeze("tiny");
  EXPECT_EQ(model.embed.sizes(), (std::vector<int64_t>{3, 5}));
  EXPECT_EQ(model.centre.sizes(), (std::vector<int64_t>{3, 12}));
  EXPECT_EQ(model.embed.abs().amax(0).min().item<int>(), 112);  // equalised: 3.5 of 1/32
  expect_same_pictures(student_bytes(pair.student, 16), lite_integer_pictures_of_seeds(model, first_seeds(16)));
  IntegerOptions options;
  options.labels = at::tensor({0, 1, 2, 1}, at::kLong);
  const auto z = lite_integer_latent(normal("z", {1, 12})).repeat({4, 1});
  const auto pictures = lite_integer_pictures(model, z, at::zeros({4}, at::kLong), options);
  EXPECT_TRUE(at::equal(pictures[1], pictures[3]));
  EXPECT_FALSE(at::equal(pictures[0], pictures[1]));
  EXPECT_FALSE(at::equal(pictures[1], pictures[2]));
}

TEST(LiteQuant, TruncatesAsItsFileDoes) {
  for (const auto& config : {tiny_config(16), with_classes(tiny_config(16))}) {
    Pair pair(config);
    pair.student.w_avg().copy_(normal("centre", {12}));
    const auto model = pair.student.freeze("tiny");
    for (const int64_t psi : {0, 128, 179}) {  // 179: 0.7 of 256
      IntegerOptions options;
      options.truncation = psi;
      const auto expected = lite_integer_pictures_of_seeds(model, first_seeds(6), options);
      expect_same_pictures(student_bytes(pair.student, 6, psi == 179 ? 0.7 : static_cast<double>(psi) / 256), expected);
      EXPECT_EQ(at::equal(expected[0], expected[1]), psi == 0 && config.classes == 0);
      EXPECT_EQ(at::equal(expected[1], expected[4]), psi == 0);  // both of class 1
    }
  }
}

TEST(LiteQuant, StudentDrawsTheClassesOfTheTeacher) {
  Pair pair(with_classes(tiny_config(32)));
  at::NoGradGuard guard;
  const auto z = latents_of_seeds(6, 12), c = one_hot({0, 1, 2, 0, 1, 2});
  const auto a = pair.teacher.forward(z, c, 1.0, {}), b = pair.student.forward(z, c, 1.0, {});
  EXPECT_LT((a - b).norm().item<double>() / (a - a.mean()).norm().item<double>(), 0.12);
}

TEST(LiteQuant, ClassesNeedNoMapping) {
  auto config = with_classes(tiny_config(16));
  config.lite.mapping_layers = 0, config.lite.w_dim = 17;
  Pair pair(config);
  expect_same_pictures(student_bytes(pair.student, 8),
                       lite_integer_pictures_of_seeds(pair.student.freeze("tiny"), first_seeds(8)));
}

TEST(LiteQuant, StudentDrawsTheTeachersPictures) {
  Pair pair(tiny_config(32));
  const double error = picture_error(pair.teacher, pair.student);
  EXPECT_LT(error, 0.12);
  EXPECT_GT(error, 1e-4);
}

// The same function with channels and filters of very different sizes.
void make_uneven(LiteGenerator& generator) {
  at::NoGradGuard guard;
  LiteUnitImpl* writer = nullptr;
  for (const LiteUnit& unit : generator.units()) {
    if (unit->layer.op == LiteOp::kMap) continue;
    const auto factor = at::exp(normal(unit->layer.name, {unit->layer.cin}) * 1.5);
    if (unit->layer.convolves()) {
      writer->gain_weight.div_(factor.unsqueeze(1)), writer->gain_bias.div_(factor);
      unit->weight.mul_(factor.view({1, -1, 1, 1}));
      const auto size = at::exp(normal(unit->layer.name + "/filters", {unit->layer.cout}) * 1.5);
      unit->weight.mul_(size.view({-1, 1, 1, 1})), unit->bias.mul_(size);
    }
    if (unit->layer.makes_map()) writer = unit.get();
  }
}

TEST(LiteQuant, SizesOfChannelsAndFiltersCostNothing) {
  auto config = tiny_config(16);
  config.lite.rgb_first = 2;  // one reader a map
  Pair even(config);
  LiteGenerator teacher(config, 3);
  stir(teacher), make_uneven(teacher);
  const auto z = latents_of_seeds(4, 12);
  const auto a = even.teacher.synthesis(even.teacher.mapping(z, {}), {});
  ASSERT_TRUE(at::allclose(a, teacher.synthesis(teacher.mapping(z, {}), {}), 1e-3, 1e-3));
  LiteStudent student(quick_student(config));
  student.adopt(teacher, 1);
  EXPECT_LT(picture_error(teacher, student), 1.25 * picture_error(even.teacher, even.student));
}

TEST(LiteQuant, GradientsPassThroughTheRounding) {
  Pair pair(with_classes(tiny_config(16)), 9);
  const auto z = latents_of_seeds(8, 12), weight = normal("out", {8, 3, 16, 16});
  const auto c = one_hot({0, 1, 2, 0, 1, 2, 0, 1});
  const auto gradients = [&](Generator& g) {  // times the parameters, which does not depend on the channels' sizes
    const auto picture = g.synthesis(g.mapping(z, c), {});
    auto result = torch::autograd::grad({(picture * weight).sum()}, g.parameters());
    for (size_t i = 0; i < result.size(); ++i) result[i] = result[i] * g.parameters()[i].detach();
    return result;
  };
  const auto a = gradients(pair.teacher), b = gradients(pair.student);
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    const double cosine = (a[i] * b[i]).sum().item<double>() / (a[i].norm() * b[i].norm()).item<double>();
    EXPECT_GT(cosine, 0.8) << pair.student.named_parameters().keys()[i];
    EXPECT_NEAR(b[i].norm().item<double>() / a[i].norm().item<double>(), 1.0, 0.35);
  }
}

TEST(LiteQuant, FewValuesAreCutOff) {
  Pair pair(tiny_config(32));
  std::vector<double> saturation;
  const auto z = lite_integer_latent(latents_of_seeds(32, 12));
  lite_integer_pictures(pair.student.freeze("tiny"), z, at::arange(32, at::kLong), {}, &saturation);
  EXPECT_EQ(saturation.size(), 10u);  // two mappings, start, seven convolutions
  for (double share : saturation) EXPECT_LT(share, 2e-3);
}

TEST(LiteQuant, TruncationMovesTowardsTheCentre) {
  Pair pair(tiny_config(16));
  const auto model = pair.student.freeze("tiny");
  IntegerOptions options;
  options.truncation = 0;
  const auto pictures = lite_integer_pictures_of_seeds(model, first_seeds(3), options);
  EXPECT_TRUE(at::equal(pictures[0], pictures[1]));
  EXPECT_FALSE(at::equal(lite_integer_pictures_of_seeds(model, {0}), pictures.slice(0, 0, 1)));
}

TEST(LiteQuant, LowerQualityDrawsASmallerPicture) {
  Pair pair(tiny_config(32));
  IntegerOptions options;
  options.quality = 0;
  const auto pictures = lite_integer_pictures_of_seeds(pair.student.freeze("tiny"), {1}, options);
  EXPECT_EQ(pictures.sizes(), (std::vector<int64_t>{1, 3, 8, 8}));
}

TEST(LiteQuant, AdoptingTwiceGivesTheSameBits) {
  Pair a(tiny_config(16)), b(tiny_config(16));
  const auto left = a.student.freeze("x"), right = b.student.freeze("x");
  for (size_t i = 0; i < left.layers.size(); ++i) {
    EXPECT_TRUE(at::equal(left.layers[i].weight, right.layers[i].weight));
    EXPECT_TRUE(at::equal(left.layers[i].mult, right.layers[i].mult));
  }
}

TEST(LiteQuant, NarrowHeadsUseTheirBits) {
  auto config = tiny_config(16);
  config.lite.quant.head_bits = 4, config.lite.quant.head_level = 1;
  Pair pair(config);
  for (const QuantizedLayer& layer : pair.student.freeze("x").layers) {
    const bool narrow = layer.layer.convolves() && layer.layer.level <= 1;
    EXPECT_EQ(layer.weight_bits, narrow ? 4 : 8) << layer.layer.name;
    EXPECT_EQ(layer.weight.abs().max().item<int>() <= 7, narrow) << layer.layer.name;
  }
}

TEST(LiteQuant, RefusesMultipliersOutOfRange) {
  LiteGenerator teacher(tiny_config(16), 3);
  at::NoGradGuard guard;
  teacher.units().back()->weight.mul_(1e6);
  LiteStudent student(quick_student(tiny_config(16)));
  try {
    student.adopt(teacher, 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("b16_rgb: its multiplier"), std::string::npos) << error.what();
  }
}

TEST(LiteQuant, RefusesToDrawWithoutRanges) {
  auto config = tiny_config(16);
  config.lite.int8 = true;
  const auto student = make_lite_generator(config, 1);
  EXPECT_THROW(student->mapping(normal("z", {1, 12}), {}), Error);
}

TEST(LiteQuant, StudentsNoiseNeedsSeeds) {
  Pair pair(tiny_config(16, true));
  EXPECT_THROW(pair.student.synthesis(normal("ws", {1, 1, 12}), {}), Error);
}

}  // namespace
}  // namespace centigan
