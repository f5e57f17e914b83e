#include "centigan/core/random.h"
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

}  // namespace
}  // namespace centigan
