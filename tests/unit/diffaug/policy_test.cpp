#include "centigan/diffaug/policy.h"

#include "common/reference.h"
#include "diffaug_cases.h"

namespace centigan {
namespace {

using torch::Tensor;

// u of the full golden policy, and its golden numbers.
Tensor golden_draws() {
  const double u[2][7] = {
      {0.25, 0.1, 0.6, draw_for(1, -1, 3), draw_for(-1, -1, 3), draw_for(2, 0, 9), draw_for(5, 0, 9)},
      {0.9, 0.8, 0.3, draw_for(-1, -1, 3), draw_for(0, -1, 3), draw_for(7, 0, 9), draw_for(0, 0, 9)}};
  return torch::from_blob(const_cast<double(*)[7]>(u), {2, 7}, torch::kFloat64).to(torch::kFloat32);
}

TEST(Diffaug, Golden) {  // A7
  const Tensor y = diffaug(golden_picture(), golden_draws(), "color,translation,cutout");
  EXPECT_NEAR(y.mean().item<double>(), 0.109235, 1e-6);
  EXPECT_NEAR(y.std(false).item<double>(), 0.472303, 1e-6);
  EXPECT_NEAR(y.min().item<double>(), -0.918631, 1e-6);
  EXPECT_NEAR(y.max().item<double>(), 1.509118, 1e-6);
  EXPECT_EQ(y.eq(0).sum().item<int64_t>(), 135);
  EXPECT_EQ(y[0][0][7][7].item<double>(), 0.0);
  EXPECT_NEAR(y[1][1][3][4].item<double>(), 0.2317473, 1e-6);
}

Tensor full_policy_ref(const Tensor& x, const Tensor& u) {
  const auto take = [&](int64_t first, int64_t count) { return u.narrow(1, first, count); };
  const Tensor colored = contrast_ref(saturation_ref(brightness_ref(x, take(0, 1)), take(1, 1)), take(2, 1));
  return cutout_ref(translation_ref(colored, take(3, 2), 0.2), take(5, 2), 0.5);
}

TEST(Diffaug, SameAsReference) {
  const char* policy = "color,translation:ratio=0.2,cutout";
  for (const PictureCase& item : picture_cases()) {
    const Tensor u = draws(item.x.size(0), 7), y = diffaug(item.x, u, policy);
    EXPECT_EQ(y.scalar_type(), item.x.scalar_type()) << item.name;
    expect_close(y, full_policy_ref(item.x.to(torch::kFloat64), u), 2 * tolerance_of(item.x.scalar_type()), item.name);
  }
}

TEST(Diffaug, TwiceDifferentiableAndErrors) {
  const DrawnOp op = [](const Tensor& x, const Tensor& u) {
    return diffaug(x, u, "color:p=0.6,translation,cutout:ratio=0.4:p=0.5");
  };
  expect_twice_differentiable(op, 11);
  expect_no_gradient_for_draws(op, 11);
  expect_draws_and_threads_change_nothing(op, 11);
  expect_meta_agrees([](const Tensor& x, const Tensor& u) { return diffaug(x, u, "color,translation"); }, 5);
  expect_errors("diffaug", op, 11);
}

TEST(Diffaug, OrderIsTheWrittenOne) {
  const Tensor x = golden_picture(), u = draws(2, 3);
  const Tensor want = brightness(cutout(x, u.narrow(1, 0, 2)), u.narrow(1, 2, 1));
  expect_close(diffaug(x, u, "cutout,brightness"), want, 1e-6);
  expect_close(diffaug(x, draws(2, 2), "contrast, contrast"),
               contrast(contrast(x, draws(2, 2).narrow(1, 0, 1)), draws(2, 2).narrow(1, 1, 1)), 1e-6);
}

TEST(Diffaug, EmptyPolicyCopies) {
  const Tensor x = golden_picture(), y = diffaug(x, torch::empty({2, 0}), "");
  EXPECT_TRUE(y.equal(x));
  EXPECT_FALSE(y.is_alias_of(x));
}

TEST(Diffaug, GatesStandBehindAllDraws) {
  const Tensor x = golden_picture(), u = draws(2, 4);
  Tensor gated = torch::cat({u, torch::tensor({{0.29, 0.71}, {0.31, 0.69}})}, 1);
  const Tensor y = diffaug(x, gated, "brightness:p=0.3,translation:p=0.7,contrast");
  const Tensor first = contrast(brightness(x, u.narrow(1, 0, 1)), u.narrow(1, 3, 1));
  const Tensor second = contrast(translation(x, u.narrow(1, 1, 2)), u.narrow(1, 3, 1));
  expect_close(y[0], first[0], 1e-6);
  expect_close(y[1], second[1], 1e-6);
  EXPECT_TRUE(diffaug(x, gated, "brightness:p=1,translation:p=1,contrast")
                  .equal(diffaug(x, u, "brightness,translation,contrast")));
}

TEST(Diffaug, ProbabilitiesAsATensor) {
  const Tensor x = golden_picture(), u = draws(2, 5), policy_p = torch::tensor({0.3, 0.7});
  const Tensor y = diffaug(x, u, "brightness,cutout", policy_p);
  EXPECT_TRUE(y.equal(diffaug(x, u, "brightness:p=0.3,cutout:p=0.7")));
  EXPECT_TRUE(
      diffaug(x, u, "brightness,cutout", torch::tensor(0.4)).equal(diffaug(x, u, "brightness:p=0.4,cutout:p=0.4")));
  EXPECT_TRUE(diffaug(x, u, "brightness,cutout", torch::tensor(0.0)).equal(x));
  const DrawnOp op = [&](const Tensor& in, const Tensor& d) { return diffaug(in, d, "saturation,cutout", policy_p); };
  expect_twice_differentiable(op, 5);
}

TEST(Diffaug, ProbabilitiesErrors) {
  const Tensor x = golden_picture();
  EXPECT_EQ(message_of([&] { diffaug(x, draws(2, 3), "cutout:p=0.5", torch::tensor(0.5)); }),
            "diffaug: policy 'cutout:p=0.5' has p= of its own, and p is given as well");
  EXPECT_EQ(message_of([&] { diffaug(x, draws(2, 3), "cutout", torch::ones({2})); }),
            "diffaug: p must be [] or [1], got [2]");
  EXPECT_EQ(message_of([&] { diffaug(x, draws(2, 2), "cutout", torch::tensor(0.5)); }),
            "diffaug: u must be [2, 3], got [2, 2]");
  EXPECT_EQ(message_of([&] { diffaug(x, draws(2, 3), "cutout", torch::ones({1}, torch::kMeta)); }),
            "diffaug: p is on meta, x on cpu");
  EXPECT_EQ(message_of([&] { diffaug(x, draws(2, 3), "cutout", torch::ones({1}, torch::kInt)); }),
            "diffaug: p must be floating point, got Int");
}

TEST(Policy, Draws) {
  EXPECT_EQ(diffaug_draws(""), 0);
  EXPECT_EQ(diffaug_draws("color,translation,cutout"), 7);
  EXPECT_EQ(diffaug_draws("color:p=0.5,cutout:ratio=0.25:p=1"), 9);
}

TEST(Policy, Steps) {
  const PolicyText read = read_policy(" color:p=0.25 , translation , cutout : ratio = 0.75 ");
  ASSERT_EQ(read.error, "");
  ASSERT_EQ(read.steps.size(), 5u);
  EXPECT_EQ(read.steps[2].op, "contrast");
  EXPECT_TRUE(read.steps[0].gated && read.steps[0].p == 0.25);
  EXPECT_TRUE(read.steps[3].ratio == 0.125 && !read.steps[3].gated && read.steps[3].p == 1.0);
  EXPECT_EQ(read.steps[4].ratio, 0.75);
}

TEST(Policy, Mistakes) {
  const char* const mistakes[][3] = {
      {"colour", "no step is called 'colour'", "did you mean color?"},
      {"color,cutuot", "no step is called 'cutuot'", "did you mean cutout?"},
      {"swirl", "no step is called 'swirl'", "known are brightness, saturation, contrast, color, translation, cutout"},
      {"color,,cutout", "a step is empty", "known are brightness, saturation, contrast, color, translation, cutout"},
      {"cutout:ration=0.5", "cutout has no option 'ration'", "did you mean ratio?"},
      {"cutout:size=0.5", "cutout has no option 'size'", "known are ratio, p"},
      {"contrast:ratio=0.5", "contrast has no ratio", "ratio belongs to translation and cutout"},
      {"cutout:p=0.5:p=0.5", "cutout has p twice", "keep one of them"},
      {"cutout:ratio=0.1:ratio=0.1", "cutout has ratio twice", "keep one of them"},
      {"cutout:p=1.5", "cutout: p must be a number from 0 to 1, got '1.5'", "write it as in cutout:p=0.5"},
      {"cutout:p=nan", "cutout: p must be a number from 0 to 1, got 'nan'", "write it as in cutout:p=0.5"},
      {"cutout:ratio", "cutout: ratio must be a number from 0 to 1, got ''", "write it as in cutout:ratio=0.5"},
      {"cutout:ratio=0.5x", "cutout: ratio must be a number from 0 to 1, got '0.5x'",
       "write it as in cutout:ratio=0.5"},
  };
  for (const auto& [text, error, hint] : mistakes) {
    const PolicyText read = read_policy(text);
    EXPECT_EQ(read.error, error);
    EXPECT_EQ(read.hint, hint);
    EXPECT_TRUE(read.steps.empty());
  }
  EXPECT_EQ(message_of([] { diffaug(golden_picture(), draws(2, 1), "colour"); }),
            "diffaug: policy 'colour': no step is called 'colour'; did you mean color?");
}

}  // namespace
}  // namespace centigan
