// Statistics of what uniform draws become.
#include "diffaug_cases.h"

namespace centigan {
namespace {

using torch::Tensor;

constexpr int64_t kPictures = 20000;

Tensor uniform_draws(const std::string& name, int64_t k) {
  return filler_u64(name, {kPictures, k}).to(torch::kFloat32);
}

// Chi-square of counts that should be equal, over its degrees of freedom: near 1.
double chi_square(const Tensor& values, int64_t bins) {
  const Tensor counts = at::bincount(values.flatten(), {}, bins).to(torch::kFloat64);
  const double expected = static_cast<double>(values.numel()) / static_cast<double>(bins);
  EXPECT_EQ(counts.size(0), bins);
  return (counts - expected).square().sum().item<double>() / expected / static_cast<double>(bins - 1);
}

double correlation(const Tensor& a, const Tensor& b) {
  const Tensor x = a.to(torch::kFloat64) - a.to(torch::kFloat64).mean();
  const Tensor y = b.to(torch::kFloat64) - b.to(torch::kFloat64).mean();
  return ((x * y).mean() / (x.square().mean() * y.square().mean()).sqrt()).item<double>();
}

// Row and column shift of every picture, as 0 ... 2s.
Tensor drawn_shifts(const Tensor& u, int64_t size, int64_t s) {
  Tensor x = torch::zeros({1, 1, size, size});
  x[0][0][size / 2][size / 2] = 1;
  const Tensor at = translation(x.expand({kPictures, 1, size, size}), u).flatten(1).argmax(1);
  return torch::stack({size / 2 - at.div(size, "floor") + s, size / 2 - at.remainder(size) + s}, 1);
}

TEST(Draws, ShiftsAreUniformAndIndependent) {  // A10
  const Tensor shifts = drawn_shifts(uniform_draws("shift", 2), 16, 2);
  EXPECT_LT(chi_square(shifts.select(1, 0), 5), 3.0);
  EXPECT_LT(chi_square(shifts.select(1, 1), 5), 3.0);
  EXPECT_LT(chi_square(shifts.select(1, 0) * 5 + shifts.select(1, 1), 25), 2.0);  // jointly
  EXPECT_LT(std::abs(correlation(shifts.select(1, 0).slice(0, 1), shifts.select(1, 0).slice(0, 0, -1))), 0.03);
}

TEST(Draws, HolesAreUniform) {  // A10: one row of a hole of one row tells its centre
  const Tensor y = cutout(torch::ones({kPictures, 1, 9, 9}), uniform_draws("hole", 2), 0.1);
  const Tensor at = y.flatten(1).argmin(1);
  EXPECT_LT(chi_square(at.div(9, "floor"), 9), 2.5);
  EXPECT_LT(chi_square(at, 81), 1.6);
}

TEST(Draws, GatesActWithTheirProbability) {
  const Tensor y = diffaug(torch::zeros({kPictures, 1, 1, 1}), uniform_draws("gate", 2), "brightness:p=0.3");
  EXPECT_NEAR(y.ne(0).to(torch::kFloat64).mean().item<double>(), 0.3, 0.015);
}

}  // namespace
}  // namespace centigan
