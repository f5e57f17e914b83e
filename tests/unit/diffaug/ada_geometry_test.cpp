#include "ada_cases.h"

namespace centigan {
namespace {

using torch::Tensor;

// Matrices from six draws a picture: turned, scaled from a third to three, sheared, and shifted by up to 4 pixels.
Tensor some_matrices(const Tensor& u) {
  const Tensor v = u.to(torch::kFloat32), angle = v.select(1, 0) * 6.28, size = (v.select(1, 1) * 3.2 - 1.6).exp2();
  const Tensor zero = torch::zeros_like(angle);
  return torch::stack({angle.cos() * size, -angle.sin(), v.select(1, 2) * 8 - 4,  //
                       angle.sin(), angle.cos() * (v.select(1, 3) + 0.5), v.select(1, 4) * 8 - 4, zero, zero, zero + 1},
                      1)
      .view({-1, 3, 3});
}

Tensor one_matrix(std::initializer_list<double> six, int64_t n = 1) {
  std::vector<double> values(six);
  values.insert(values.end(), {0, 0, 1});
  return torch::tensor(values, torch::kFloat32).view({1, 3, 3}).repeat({n, 1, 1});
}

const DrawnOp kForward = [](const Tensor& x, const Tensor& u) { return ada_geometry(x, some_matrices(u)); };
const DrawnOp kAdjoint = [](const Tensor& x, const Tensor& u) { return ada_geometry_backward(x, some_matrices(u)); };

TEST(AdaGeometry, WellBehaved) {
  expect_stage_well_behaved(
      kForward, [](const Tensor& x, const Tensor& u) { return ada_geometry_ref(x, some_matrices(u)); }, 6);
}

TEST(AdaGeometry, BackwardIsWellBehaved) {
  expect_stage_well_behaved(
      kAdjoint, [](const Tensor& x, const Tensor& u) { return ada_geometry_backward_ref(x, some_matrices(u)); }, 6);
}

TEST(AdaGeometry, MatchesReferenceForManySizesAndMatrices) {
  for (const auto& shape : std::vector<std::vector<int64_t>>{
           {3, 1, 1, 1}, {3, 1, 1, 9}, {2, 4, 2, 1}, {3, 3, 33, 20}, {4, 1, 16, 40}, {2, 2, 3, 3}})
    for (int round = 0; round < 8; ++round) {
      const std::string name = "round" + std::to_string(round);
      const Tensor x = filler(name, shape).to(torch::kFloat64), g = some_matrices(filler_u64(name, {shape[0], 6}));
      expect_close(ada_geometry(x, g), ada_geometry_ref(x, g), 1e-12, name);
      expect_close(ada_geometry_backward(x, g), ada_geometry_backward_ref(x, g), 1e-12, name);
    }
}

TEST(AdaGeometry, FarAndExtremeMatrices) {
  const Tensor x = filler("x", {1, 2, 12, 9}).to(torch::kFloat64);
  for (const auto& g : {one_matrix({1, 0, 5, 0, 1, -30}), one_matrix({1, 0, 1e4, 0, 1, 0}),
                        one_matrix({0, 0, 0.3, 0, 0, 1}), one_matrix({40, 0, 0, 0, 1, 0}),
                        one_matrix({1e3, 7, 0, -1e3, 1e3, 2}), one_matrix({1e-3, 0, 0, 0, -1e-3, 0})}) {
    expect_close(ada_geometry(x, g), ada_geometry_ref(x, g), 1e-12);
    expect_close(ada_geometry_backward(x, g), ada_geometry_backward_ref(x, g), 1e-12);
  }
  for (const double huge : {1e9, 1e30, 1e300}) {  // where the reference overflows
    const Tensor g = one_matrix({huge, -huge, huge, huge, huge, -huge}).to(torch::kFloat64).clamp(-1e300, 1e300);
    EXPECT_TRUE(ada_geometry(x, g * 1.0).isfinite().all().item<bool>()) << huge;
    EXPECT_TRUE(ada_geometry_backward(x, g * 1.0).isfinite().all().item<bool>()) << huge;
  }
}

TEST(AdaGeometry, AdjointOfTheLinearMap) {
  for (int round = 0; round < 60; ++round) {
    const std::string name = "adjoint" + std::to_string(round);
    const Tensor x = filler(name, {2, 1 + round % 4, 1 + round % 11, 1 + round * 7 % 23});
    const Tensor g = some_matrices(filler_u64(name, {2, 6}));
    expect_adjoint([&](const Tensor& t) { return ada_geometry(t, g); }, x, name);
    expect_adjoint([&](const Tensor& t) { return ada_geometry_backward(t, g); }, x, name);
  }
}

TEST(AdaGeometry, IdentityCopiesBitForBit) {
  for (const auto type : {torch::kFloat32, torch::kFloat64, torch::kFloat16, torch::kBFloat16}) {
    const Tensor x = filler("x", {2, 3, 11, 6}).to(type), id = one_matrix({1, 0, 0, 0, 1, 0}, 2);
    EXPECT_TRUE(ada_geometry(x, id).equal(x));
    EXPECT_TRUE(ada_geometry_backward(x, id).equal(x));
  }
  // The others of the batch are resampled all the same; and so close is the published pipeline to a copy.
  const Tensor x = filler("x", {2, 3, 32, 32}, 0.5);
  const Tensor g = torch::cat({one_matrix({1, 0, 0, 0, 1, 0}), one_matrix({1, 0, 1e-9, 0, 1, 0})});
  const Tensor y = ada_geometry(x, g);
  EXPECT_TRUE(y[0].equal(x[0]));
  EXPECT_FALSE(y[1].equal(x[1]));
  expect_close(y, x, 1e-5);
}

TEST(AdaGeometry, WholePixelsAreShiftedWithReflectedBorders) {
  const Tensor x = filler("x", {1, 3, 16, 24}, 0.5), y = ada_geometry(x, one_matrix({1, 0, -3, 0, 1, 2}));
  const Tensor padded = torch::reflection_pad2d(x, {3, 0, 0, 2});
  expect_close(y, padded.slice(2, 2).slice(3, 0, 24), 1e-5);
}

TEST(AdaGeometry, FlipsAreNotExact) {  // as published: the low-pass is not symmetric
  const Tensor x = filler("x", {1, 3, 32, 32}, 0.5);
  EXPECT_GT((ada_geometry(x, one_matrix({-1, 0, 0, 0, 1, 0})) - x.flip({3})).abs().max().item<double>(), 0.1);
  EXPECT_GT((ada_geometry(x, one_matrix({0, -1, 0, 1, 0, 0})) - x.rot90(1, {2, 3})).abs().max().item<double>(), 0.1);
}

// As published, a picture's border may depend on the others: the corners of the grid reach beyond its own margins.
TEST(AdaGeometry, MarginsAreThoseOfTheWholeBatch) {
  const Tensor x = filler("x", {2, 1, 20, 20}).to(torch::kFloat64), turned = one_matrix({1, -1, 0, 1, 1, 0});
  const Tensor both = torch::cat({turned, one_matrix({2.5, 0, 7, 0, 2.5, -7})});
  const Tensor y = ada_geometry(x, both);
  expect_close(y, ada_geometry_ref(x, both), 1e-12);
  EXPECT_GT((y[0] - ada_geometry(x.narrow(0, 0, 1), turned)[0]).abs().max().item<double>(), 1e-9);
}

TEST(AdaGeometry, Errors) {
  expect_stage_errors("ada_geometry", "g_inv", ada_geometry, {3, 3});
  expect_stage_errors("ada_geometry_backward", "g_inv", ada_geometry_backward, {3, 3});
  const Tensor x = golden_picture(), bad = one_matrix({1, 0, NAN, 0, 1, 0}, 2);
  EXPECT_EQ(message_of([&] { ada_geometry(x, bad); }), "ada_geometry: g_inv has a value that is not finite");
  EXPECT_EQ(message_of([&] { ada_geometry_backward(x, bad / 0.0); }),
            "ada_geometry_backward: g_inv has a value that is not finite");
}

}  // namespace
}  // namespace centigan
