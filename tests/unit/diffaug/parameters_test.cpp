// diffaug.parameters: the draws as what they became.
#include "fused_cases.h"

namespace centigan {
namespace {

using torch::Tensor;

TEST(Parameters, AreThoseOfTheSteps) {
  const Tensor u = torch::tensor({{0.25f, 0.1f, 0.6f, 0.9f, 0.1f, 0.25f, 0.999f}});
  const auto [y, parameters] = diffaug_parameters(golden_picture().slice(0, 0, 1), u, "color,translation,cutout");
  EXPECT_TRUE(y.equal(diffaug(golden_picture().slice(0, 0, 1), u, "color,translation,cutout")));
  EXPECT_EQ(parameters.scalar_type(), torch::kFloat32);
  const Tensor want = torch::tensor({{-0.25f, 0.2f, 1.1f, 1.f, -1.f, 2.f, 8.f, 1.f, 1.f, 1.f, 1.f, 1.f}});
  expect_close(parameters, want, 1e-6);
}

TEST(Parameters, OfStepsThatDidNotAct) {
  const Tensor u = torch::cat(
      {torch::full({2, 7}, 0.25), torch::tensor({{0.1, 0.2, 0.3, 0.4, 0.5}, {0.6, 0.7, 0.8, 0.9, 0.95}})}, 1);
  const Tensor got =
      diffaug_parameters(golden_picture(), u.to(torch::kFloat32), "color,translation,cutout", torch::tensor(0.55))
          .parameters;
  EXPECT_TRUE(got[0].slice(0, 7).eq(1).all().item<bool>());
  expect_close(got[1], torch::tensor({0.f, 1.f, 1.f, 0.f, 0.f, 2.f, 2.f, 0.f, 0.f, 0.f, 0.f, 0.f}), 0);
}

TEST(Parameters, SameAsReferenceAndInAnyType) {
  RandomPolicies policies(5);
  for (int i = 0; i < 200; ++i) {
    const RandomPolicy item = policies.next();
    const auto [y, parameters] = diffaug_parameters(item.x, item.u, item.text, item.p);
    EXPECT_TRUE(y.equal(apply(item, item.x))) << item.text;
    const Tensor want = fused_parameters_ref(item.u, *fused_policy(item.text), item.p, item.x.size(2), item.x.size(3));
    EXPECT_TRUE(parameters.equal(want)) << item.text << "\n" << parameters << "\n" << want;
  }
  const Tensor half = diffaug_parameters(golden_picture().to(torch::kBFloat16), draws(2, 1), "contrast").parameters;
  EXPECT_TRUE(half.equal(diffaug_parameters(golden_picture(), draws(2, 1), "contrast").parameters));
}

// The picture has its gradients, the parameters have none; the same u repeats them on another picture.
TEST(Parameters, GradientsAndRepetition) {
  const std::string policy = "color,cutout";
  const DrawnOp op = [&](const Tensor& x, const Tensor& u) { return diffaug_parameters(x, u, policy).y; };
  expect_twice_differentiable(op, 5);
  expect_meta_agrees(op, 5);
  expect_errors("diffaug.parameters", op, 5);
  const auto [y, parameters] = diffaug_parameters(golden_picture().requires_grad_(), draws(2, 5), policy);
  EXPECT_TRUE(y.requires_grad() && !parameters.requires_grad());
  const Tensor other = case_picture("other", {2, 1, 8, 8});
  EXPECT_TRUE(diffaug_parameters(other, draws(2, 5), policy).parameters.equal(parameters));
  const Tensor meta = diffaug_parameters(other.to(torch::kMeta), draws(2, 5).to(torch::kMeta), policy).parameters;
  EXPECT_EQ(meta.sizes(), parameters.sizes());
  EXPECT_EQ(diffaug_parameters(other, torch::empty({2, 0}), "").parameters.sizes(), at::IntArrayRef({2, 0}));
}

// Chi-square over its degrees of freedom of whole numbers first ... first + bins - 1 that should be equally frequent.
double evenness(const Tensor& values, double first, int64_t bins) {
  const Tensor counts = at::bincount((values - first).to(torch::kInt64), {}, bins).to(torch::kFloat64);
  EXPECT_EQ(counts.size(0), bins);
  const double expected = static_cast<double>(values.numel()) / static_cast<double>(bins);
  return (counts - expected).square().sum().item<double>() / expected / static_cast<double>(bins - 1);
}

TEST(Parameters, AreUniformAndIndependent) {  // A10
  const Tensor u = filler_u64("statistics", {100000, 9}).to(torch::kFloat32);
  const std::string policy = "contrast,translation:ratio=0.25,cutout,cutout:ratio=0.4";
  const Tensor got = diffaug_parameters(torch::zeros({100000, 1, 8, 7}), u.slice(1, 0, 7), policy).parameters;
  const auto column = [&](int64_t i) { return got.select(1, i); };
  EXPECT_LT(evenness(column(1), -2, 5), 2.4);  // 2s + 1 shifts, s = 2 of 8 and 2 of 7
  EXPECT_LT(evenness(column(2), -2, 5), 2.4);
  EXPECT_LT(evenness(column(3), 0, 9), 2.0);  // holes of 4 (even: 0 ... 8) and 4
  EXPECT_LT(evenness(column(4), 0, 8), 2.0);
  EXPECT_LT(evenness(column(5), 0, 8), 2.0);  // holes of 3 (odd: 0 ... 7) and 3
  EXPECT_LT(evenness(column(6), 0, 7), 2.2);
  EXPECT_LT(evenness(column(1) * 5 + column(2) + 12, 0, 25), 1.8);
  EXPECT_LT(evenness(column(1) * 9 + column(3) + 18, 0, 45), 1.6);
  EXPECT_LT(evenness(((column(0) - 0.5) * 20).floor(), 0, 20), 1.8);
  EXPECT_LT(evenness(column(3).slice(0, 1) * 9 + column(3).slice(0, 0, -1), 0, 81), 1.5);  // from picture to picture
}

}  // namespace
}  // namespace centigan
