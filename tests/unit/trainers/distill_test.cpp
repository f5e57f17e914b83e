#include "centigan/core/random.h"
#include "centigan/trainers/distillation.h"
#include "toy_networks.h"

namespace centigan {
namespace {

TEST(Distill, StudentEqualToItsTeacherHasNoLoss) {
  const auto student = std::make_shared<ConstantGenerator>(1), teacher = std::make_shared<ConstantGenerator>(1);
  const auto objective = make_distill({student, teacher});
  Batch batch;
  batch.size = 4;
  Stats stats;
  StepInfo info;
  objective->begin_step(info);
  EXPECT_EQ(objective->accumulate(objective->phases()[0], batch, stats).item<double>(), 0.0);
  student->weight.set_data(student->weight + 1);
  const torch::Tensor loss = objective->accumulate(objective->phases()[0], batch, stats);
  // A constant offset of s at every size: L1 once at 4 px and once at 2 px, no edges.
  const auto s = RandomStream(0, "latent/distill").normal(0, 4, 2).sum(1).abs().mean();
  EXPECT_NEAR(loss.item<double>(), 2 * s.item<double>(), 1e-5);
  EXPECT_FALSE(teacher->weight.requires_grad());
  objective->end_step(info);
}

TEST(Distill, EdgesAreSeen) {
  const auto student = std::make_shared<ConstantGenerator>(1), teacher = std::make_shared<ConstantGenerator>(1);
  torch::Tensor stripes = at::zeros({3, 4, 4});
  stripes.select(2, 1).fill_(1.0);
  student->weight.set_data(student->weight + stripes);
  const auto loss_with = [&](double weight) {
    DistillParts parts{student, teacher};
    parts.pyramid_levels = 0, parts.gradient_weight = weight;
    const auto objective = make_distill(parts);
    Batch batch;
    batch.size = 4;
    Stats stats;
    objective->begin_step({});
    return objective->accumulate(objective->phases()[0], batch, stats).item<double>();
  };
  const double s = RandomStream(0, "latent/distill").normal(0, 4, 2).sum(1).abs().mean().item<double>();
  EXPECT_NEAR(loss_with(0.0), s / 4, 1e-5);
  EXPECT_NEAR(loss_with(3.0), s / 4 + 3 * s * 2 / 3, 1e-5);
}

TEST(Distill, RefusesATeacherThatDoesNotFit) {
  class Wide final : public Generator {
   public:
    const GeneratorShape& shape() const override { return shape_; }
    torch::Tensor mapping(const torch::Tensor& z, const torch::Tensor&) override { return z; }
    torch::Tensor synthesis(const torch::Tensor& ws, const SynthesisOptions&) override { return ws; }
    torch::Tensor& w_avg() override { return w_avg_; }
    GeneratorShape shape_{3, 0, 2, 1, 3, 4, 4};
    torch::Tensor w_avg_;
  };
  const auto student = std::make_shared<ConstantGenerator>(1);
  EXPECT_HAS(error_of([&] { make_distill({student, std::make_shared<Wide>()}); }), "does not fit teacher");
}

torch::Tensor drawn(const char* name, int64_t rows, int64_t columns) {
  return RandomStream(3, name).normal(0, rows, columns);
}

TEST(Distill, KernelDistanceByHand) {
  const auto x = drawn("x", 6, 4), y = drawn("y", 6, 4) + 1.0;
  double width = 0.0, sum = 0.0;
  const auto off = [](const torch::Tensor& a, const torch::Tensor& b) { return (a - b).square().sum().item<double>(); };
  const auto all = at::cat({x, y});
  for (int64_t i = 0; i < 12; ++i)
    for (int64_t j = 0; j < 12; ++j) width += off(all[i], all[j]) / 144;
  for (const double factor : {0.25, 0.5, 1.0, 2.0, 4.0})
    for (int64_t i = 0; i < 6; ++i)
      for (int64_t j = 0; j < 6; ++j)
        if (i != j)
          sum += (std::exp(-off(x[i], x[j]) / (factor * width)) + std::exp(-off(y[i], y[j]) / (factor * width)) -
                  2 * std::exp(-off(x[i], y[j]) / (factor * width))) /
                 30;
  EXPECT_NEAR(kernel_distance(x, y).item<double>(), sum, 1e-5);
  EXPECT_NEAR(kernel_distance(x, x).item<double>(), 0.0, 1e-6);
  EXPECT_GT(kernel_distance(x, y).item<double>(), 0.1);
}

// Twice the deviation and a shift of three deviations: 1 and 9.
TEST(Distill, MomentDistanceByHand) {
  const auto y = drawn("y", 50, 3);
  const auto deviation = (y - y.mean(0)).square().mean(0).sqrt();
  const auto x = y.mean(0) + 2 * (y - y.mean(0)) + 3 * deviation;
  EXPECT_NEAR(moment_distance(x, y).item<double>(), 10.0, 1e-3);
  EXPECT_NEAR(moment_distance(y, y).item<double>(), 0.0, 1e-9);
}

// Its one map is x times two factors, so unit length is (1, 2) / sqrt 5 with the sign of a grey x.
class GreyEye final : public LayeredDiscriminator {
 public:
  GreyEye() { factors = register_parameter("factors", at::tensor({1.0f, 2.0f}).view({1, 2, 1, 1})); }
  Maps maps(const torch::Tensor& images, bool, const MapHook& hook) override {
    side = images.size(2);
    const auto map = images.narrow(1, 0, 1) * factors;
    return {hook ? hook(map) : map, {}};
  }
  torch::Tensor features(const Maps& maps, bool) override { return maps.x.mean({2, 3}); }
  torch::Tensor score(const torch::Tensor& features, const torch::Tensor&) override { return features.sum(1, true); }
  int64_t feature_size() const override { return 2; }
  torch::Tensor factors;
  int64_t side = 0;
};

TEST(Distill, MapsHaveUnitLengthAtTheSideOfTheirDiscriminator) {
  const auto grey = std::make_shared<GreyEye>();
  const TeacherEye eye(grey, 8);
  const auto light = at::full({2, 3, 4, 4}, 0.5), dark = at::full({2, 3, 4, 4}, -3.0);
  const auto a = eye.maps(light), b = eye.maps(dark);
  EXPECT_EQ(grey->side, 8);
  EXPECT_FALSE(grey->factors.requires_grad());
  ASSERT_EQ(a.size(), 1u);
  EXPECT_NEAR(a[0][0][1][3][3].item<double>(), 2 / std::sqrt(5.0), 1e-4);
  EXPECT_NEAR(map_distance(a, b).item<double>(), 4.0, 1e-4);
  EXPECT_NEAR(map_distance(a, eye.maps(2 * light)).item<double>(), 0.0, 1e-6);
  EXPECT_EQ(map_means(a).sizes(), (std::vector<int64_t>{2, 2}));
}

// A toy student that is its teacher but for `up`, under these terms.
struct TermToy {
  explicit TermToy(const DistillTerms& terms, double up = 1.0) {
    student->weight.set_data(student->weight + up);
    DistillParts parts{student, teacher};
    parts.terms = terms, parts.eye = eye, parts.critic = critic, parts.r1_gamma = 3.0;
    objective = make_distill(parts);
    batch.size = 4;
    objective->begin_step({});
  }
  torch::Tensor loss(size_t phase) { return objective->accumulate(objective->phases()[phase], batch, stats); }
  torch::Tensor z() const { return RandomStream(0, "latent/distill").normal(0, 4, 2).sum(1).view({4, 1, 1, 1}); }
  std::shared_ptr<ConstantGenerator> student = std::make_shared<ConstantGenerator>(1),
                                     teacher = std::make_shared<ConstantGenerator>(1);
  std::shared_ptr<GreyEye> eye = std::make_shared<GreyEye>();
  std::shared_ptr<SquareDiscriminator> critic = std::make_shared<SquareDiscriminator>();
  std::unique_ptr<Objective> objective;
  Batch batch;
  Stats stats;
};

DistillTerms only(double DistillTerms::*term, double weight) {
  DistillTerms terms;
  terms.*term = weight;
  return terms;
}

TEST(Distill, TermsOfTheTeachersDiscriminatorAreAdded) {
  const double plain = TermToy(DistillTerms(), -2.0).loss(0).item<double>();
  TermToy toy(only(&DistillTerms::perceptual, 0.5), -2.0);  // the other sign everywhere: the largest distance there is
  EXPECT_NEAR(toy.loss(0).item<double>() - plain, 0.5 * 4.0, 0.05);
  EXPECT_EQ(toy.objective->phases().size(), 1u);
  for (const std::string distance : {"mmd", "moments"}) {
    DistillTerms terms = only(&DistillTerms::distribution, 2.0);
    terms.distance = distance;
    const TeacherEye eye(toy.eye, 4);
    const auto seen = [&](double weight) { return map_means(eye.maps(toy.z().expand({4, 3, 4, 4}) * weight)); };
    const auto expected =
        distance == "mmd" ? kernel_distance(seen(-1.75), seen(0.25)) : moment_distance(seen(-1.75), seen(0.25));
    EXPECT_NEAR(TermToy(terms, -2.0).loss(0).item<double>() - plain, 2 * expected.item<double>(), 1e-4) << distance;
  }
}

TEST(Distill, ACriticLearnsToTellBothApart) {
  const double plain = TermToy(DistillTerms()).loss(0).item<double>();
  TermToy toy(only(&DistillTerms::adversarial, 0.1));
  ASSERT_EQ(toy.objective->trained().size(), 2u);
  EXPECT_TRUE(toy.objective->trained()[1].helper);
  const auto score = [&](double weight) { return (0.5 * 48 * (weight * toy.z()).square()).flatten(); };
  const auto fake = score(1.25), real = score(0.25);
  EXPECT_NEAR(toy.loss(0).item<double>() - plain, 0.1 * at::softplus(-fake).mean().item<double>(), 1e-5);
  EXPECT_NEAR(toy.loss(1).item<double>(), (at::softplus(fake).mean() + at::softplus(-real).mean()).item<double>(),
              1e-3);
  EXPECT_NEAR(toy.loss(2).item<double>(), 1.5 * (48 * (0.25 * toy.z()).square()).mean().item<double>(), 1e-3);
  EXPECT_TRUE(toy.critic->was_exact);
  EXPECT_EQ(toy.objective->phases()[2].interval, 16);
}

// Styles of equal size begin as one that both share.
TEST(Distill, AProjectionOfTheStyleIsLearned) {
  TermToy toy(only(&DistillTerms::w, 2.0), 0.0);
  EXPECT_NEAR(toy.loss(0).item<double>(), 0.0, 1e-6);
  EXPECT_NEAR(toy.loss(1).item<double>(), 0.0, 1e-6);
  toy.student->one.set_data(toy.student->one * 3);
  const double pixels = TermToy(DistillTerms(), 0.5).loss(0).item<double>();  // three times 1/4 is 1/2 more
  const auto z = RandomStream(0, "latent/distill").normal(0, 4, 2);
  const double error = ((2 * z).square().mean() / (z - z.mean(0)).square().mean()).item<double>();
  EXPECT_NEAR(toy.loss(0).item<double>(), pixels + 2 * error, 1e-4);
  EXPECT_NEAR(toy.loss(1).item<double>(), error, 1e-5);
}

TEST(Distill, WithoutADiscriminatorItsTermsAreOff) {
  centigan::Run teacher;
  teacher.generator = std::make_shared<ConstantGenerator>(1), teacher.checkpoint = "teacher.h5";
  TrainConfig config;
  config.loss.distill.perceptual = config.loss.distill.distribution = config.loss.distill.adversarial = 1.0;
  config.loss.distill.w = 0.5;
  const int64_t before = warning_count();
  const DistillParts parts = distill_parts(config, teacher, teacher.generator, at::kCPU);
  EXPECT_EQ(warning_count(), before + 1);
  EXPECT_FALSE(parts.terms.need_discriminator());
  EXPECT_EQ(parts.terms.w, 0.5);
  EXPECT_EQ(make_distill(parts)->phases().size(), 2u);
}

}  // namespace
}  // namespace centigan
