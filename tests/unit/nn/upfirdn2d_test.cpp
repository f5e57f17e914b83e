#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "../../support/filler.h"
#include "../../support/gradcheck.h"
#include "../../support/op_cases.h"
#include "centigan/nn/ops.h"

namespace centigan {
namespace {

using torch::Tensor;

Tensor sixteen() {
  return torch::arange(1, 17, torch::kFloat32).view({1, 1, 4, 4});
}
Tensor row(const Tensor& y, int64_t i) {
  return y[0][0][i];
}
Tensor numbers(std::initializer_list<double> values) {
  return torch::tensor(std::vector<double>(values), torch::kFloat32);
}
Tensor two_by_three() {
  return (torch::arange(1, 7, torch::kFloat32) / 21).view({2, 3});
}

struct Resampling {
  Tensor f;
  std::array<int64_t, 2> up, down;
  std::array<int64_t, 4> padding;
  bool flip;
  double gain;
};

Tensor apply(const Tensor& x, const Resampling& r) {
  return upfirdn2d(x, r.f, r.up, r.down, r.padding, r.flip, r.gain);
}

// Sample of the up-sampled, padded picture at row i, column j (in its coordinates before padding).
double stuffed(const at::TensorAccessor<double, 2>& x, const Resampling& r, int64_t i, int64_t j) {
  const bool on_grid = i >= 0 && j >= 0 && i % r.up[1] == 0 && j % r.up[0] == 0;
  if (!on_grid || i / r.up[1] >= x.size(0) || j / r.up[0] >= x.size(1)) return 0.0;
  return x[i / r.up[1]][j / r.up[0]];
}

Tensor filter_plane(const Tensor& plane, const Tensor& h, const Resampling& r) {
  const int64_t fh = h.size(0), fw = h.size(1);
  const int64_t rows = (plane.size(0) * r.up[1] + r.padding[2] + r.padding[3] - fh) / r.down[1] + 1;
  const int64_t columns = (plane.size(1) * r.up[0] + r.padding[0] + r.padding[1] - fw) / r.down[0] + 1;
  Tensor y = torch::zeros({rows, columns}, torch::kFloat64);
  const auto in = plane.accessor<double, 2>(), taps = h.accessor<double, 2>();
  auto out = y.accessor<double, 2>();
  for (int64_t oy = 0; oy < rows; ++oy)
    for (int64_t ox = 0; ox < columns; ++ox)
      for (int64_t ky = 0; ky < fh; ++ky)
        for (int64_t kx = 0; kx < fw; ++kx)
          out[oy][ox] += r.gain * taps[ky][kx] *
                         stuffed(in, r, oy * r.down[1] + ky - r.padding[2], ox * r.down[0] + kx - r.padding[0]);
  return y;
}

// The definition, term by term.
Tensor upfirdn2d_ref(const Tensor& x, const Resampling& r) {
  Tensor h = r.f.to(torch::kFloat64);
  if (h.dim() == 1) h = at::outer(h, h);
  if (!r.flip) h = h.flip({0, 1});
  std::vector<Tensor> planes;
  for (const Tensor& plane : x.reshape({-1, x.size(2), x.size(3)}).unbind(0))
    planes.push_back(filter_plane(plane.contiguous(), h.contiguous(), r));
  if (planes.empty()) {
    const Tensor like = filter_plane(torch::zeros({x.size(2), x.size(3)}, torch::kFloat64), h.contiguous(), r);
    return torch::empty({0, x.size(1), like.size(0), like.size(1)}, torch::kFloat64);
  }
  return torch::stack(planes).view({x.size(0), x.size(1), planes[0].size(0), planes[0].size(1)});
}

std::vector<Resampling> resamplings() {
  const Tensor f4 = setup_filter({1, 3, 3, 1}), sym = setup_filter({1, 2, 4, 7, 8, 3, 2, 1, 1});
  return {
      {f4, {2, 2}, {1, 1}, {2, 1, 2, 1}, false, 4.0},
      {f4, {1, 1}, {2, 2}, {1, 1, 1, 1}, false, 1.0},
      {f4, {2, 2}, {1, 1}, {0, 3, 3, -1}, true, 1.0},
      {f4, {2, 2}, {1, 1}, {3, -1, 0, 3}, true, 1.0},
      {two_by_three(), {3, 2}, {2, 1}, {1, -1, 2, 0}, false, 2.0},
      {two_by_three(), {1, 1}, {1, 1}, {-1, 2, 3, -2}, true, -1.5},
      {two_by_three(), {4, 3}, {3, 2}, {9, 7, -3, 8}, true, 1.0},
      {sym, {2, 1}, {1, 2}, {5, 4, 4, 4}, false, 2.0},
      {sym, {1, 1}, {1, 1}, {4, 4, 4, 4}, true, 1.0},
  };
}

TEST(Upfirdn2d, FilterSetup) {  // E3
  const Tensor f = setup_filter({1, 3, 3, 1});
  expect_close(f, torch::tensor({1, 3, 3, 1, 3, 9, 9, 3, 3, 9, 9, 3, 1, 3, 3, 1}, torch::kFloat32).view({4, 4}) / 64,
               0.0);
  const Tensor sym6 =
      setup_filter({0.0154, 0.0035, -0.118, -0.0483, 0.491, 0.7876, 0.3379, -0.0726, -0.0211, 0.0447, 0.0018, -0.0078});
  EXPECT_EQ(sym6.sizes(), at::IntArrayRef({12}));
  EXPECT_NEAR(sym6.sum().item<double>(), 1.0, 1e-6);
}

TEST(Upfirdn2d, UpsampleGolden) {  // E4
  const Tensor y = upsample2d(sixteen(), setup_filter({1, 3, 3, 1}));
  expect_close(row(y, 0), numbers({0.5625, 0.9375, 1.3125, 1.6875, 2.0625, 2.4375, 2.8125, 2.25}), 0.0);
  expect_close(row(y, 1), numbers({1.5, 2.25, 2.75, 3.25, 3.75, 4.25, 4.75, 3.75}), 0.0);
  expect_close(row(y, 7), numbers({7.3125, 9.9375, 10.3125, 10.6875, 11.0625, 11.4375, 11.8125, 9.0}), 0.0);
}

TEST(Upfirdn2d, DownsampleGolden) {  // E5
  const Tensor y = downsample2d(sixteen(), setup_filter({1, 3, 3, 1}));
  expect_close(y.flatten(), numbers({3.5, 4.703125, 8.3125, 9.515625}), 0.0);
}

TEST(Upfirdn2d, FilterGolden) {  // E6
  const Tensor f = setup_filter(numbers({1, 2, 3, 4}).view({2, 2}));
  expect_close(row(filter2d(sixteen(), f), 0), numbers({0.1, 0.4, 0.7, 1.0}), 1e-6);
  expect_close(row(filter2d(sixteen(), f), 3), numbers({4.0, 10.6, 11.6, 12.6}), 1e-6);
  expect_close(row(filter2d(sixteen(), f, true), 0), numbers({0.4, 1.1, 1.8, 2.5}), 1e-6);
  expect_close(row(filter2d(sixteen(), f, true), 3), numbers({7.0, 12.4, 13.4, 14.4}), 1e-6);
}

TEST(Upfirdn2d, AsymmetricGolden) {  // E7
  const Tensor y = upfirdn2d(sixteen(), two_by_three(), {3, 2}, {2, 1}, {1, -1, 2, 0}, false, 2.0);
  ASSERT_EQ(y.sizes(), at::IntArrayRef({1, 1, 9, 5}));
  expect_close(row(y, 1), numbers({0.190476, 0.190476, 0.571429, 0.571429, 0.380952}), 1e-6);
  expect_close(row(y, 4), numbers({2.380952, 2.285714, 3.428571, 3.333333, 3.047619}), 1e-6);
}

TEST(Upfirdn2d, MatchesTheDefinition) {
  for (const Resampling& r : resamplings())
    expect_matches_reference([&](const Tensor& x) { return apply(x, r); },
                             [&](const Tensor& x) { return upfirdn2d_ref(x, r); });
}

TEST(Upfirdn2d, FactorsBeyondTheFilter) {  // padding (fw - up) / 2 is negative and rounds down
  const Tensor f = torch::ones({1, 1}), x = sixteen();
  const Tensor y = upsample2d(x, f, 4);
  ASSERT_EQ(y.sizes(), at::IntArrayRef({1, 1, 16, 16}));
  EXPECT_EQ(y.sum().item<float>(), 16 * x.sum().item<float>());
}

TEST(Upfirdn2d, WithoutFilterOnlyResamples) {
  const Tensor y = upfirdn2d(sixteen(), std::nullopt, {1, 1}, {2, 2});
  expect_close(y.flatten(), numbers({1, 3, 9, 11}), 0.0);
}

TEST(Upfirdn2d, GradientIsTheTransposedCall) {  // E8
  const Tensor x = sixteen().requires_grad_(), f = two_by_three();
  const Tensor y = upfirdn2d(x, f, {3, 2}, {2, 1}, {1, -1, 2, 0}, false, 2.0);
  const Tensor dy = filler("dy", y.sizes());
  const Tensor dx = torch::autograd::grad({y}, {x}, {dy})[0];
  expect_close(dx, upfirdn2d(dy, f, {2, 1}, {3, 2}, {1, 1, -1, 0}, true, 2.0), 1e-6);
}

TEST(Upfirdn2d, Gradients) {
  const Tensor x = filler("x", {2, 2, 5, 4});
  for (const Resampling& r : resamplings()) {
    const TensorFunction f = [&](const std::vector<Tensor>& in) { return apply(in[0], r); };
    EXPECT_EQ(gradcheck(f, {x}), "");
    EXPECT_EQ(gradgradcheck(f, {x}), "");
  }
}

// Options drawn by a counter hash: factors 1 ... 3 a direction, filters 1-D or full with up to 9 taps, separable or
// not, paddings of both signs.
Resampling drawn_resampling(int64_t seed, int64_t side) {
  const Tensor u = filler_u64("resampling" + std::to_string(seed), {12});
  const auto pick = [&](int64_t i, int64_t low, int64_t high) {
    return low + static_cast<int64_t>(u[i].item<double>() * static_cast<double>(high - low + 1));
  };
  const int64_t fh = pick(0, 1, 6), fw = pick(1, 1, 9), kind = pick(2, 0, 2);
  const Tensor row = filler("row" + std::to_string(seed), {fw}), column = filler("column" + std::to_string(seed), {fh});
  const Tensor f = kind == 0 ? row : kind == 1 ? at::outer(column, row) : filler("f" + std::to_string(seed), {fh, fw});
  Resampling r{f, {pick(3, 1, 3), pick(4, 1, 3)}, {pick(5, 1, 3), pick(6, 1, 3)}, {}, pick(7, 0, 1) == 1, 1.5};
  for (int64_t i = 0; i < 4; ++i) {
    const int64_t up = r.up[i / 2], taps = i / 2 == 0 || kind == 0 ? fw : fh;
    // Negative paddings crop up to a third of the picture from each side, as far as the filter leaves something.
    const int64_t spare = std::max<int64_t>(0, std::min((side * up - taps) / 2, side * up / 3));
    r.padding[i] = pick(8 + i, -spare, 7);
    if (side * up < taps) r.padding[i] = taps;
  }
  return r;
}

TEST(Upfirdn2d, DrawnOptionsMatchTheDefinition) {
  for (int64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const Resampling r = drawn_resampling(seed, 7);
    const Tensor x = filler("x" + std::to_string(seed), {2, 3, 7, 7});
    const Tensor want = upfirdn2d_ref(x.to(torch::kFloat64), r);
    expect_close(apply(x.to(torch::kFloat64), r), want, 1e-12);
    expect_close(apply(x, r), want, 2e-6);
    expect_close(apply(x.contiguous(at::MemoryFormat::ChannelsLast), r), want, 2e-6);
    expect_close(apply(x.to(torch::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast), r), want, 3e-2);
  }
}

// <A x, y> = <x, A* y>, and the adjoint of the adjoint is the operator.
TEST(Upfirdn2d, BackwardIsTheAdjoint) {
  for (int64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const Resampling r = drawn_resampling(seed, 7);
    const Tensor x = filler("x", {2, 3, 7, 7}).to(torch::kFloat64).requires_grad_();
    const Tensor y = apply(x, r);
    const Tensor dy = filler("dy", y.sizes()).to(torch::kFloat64).requires_grad_();
    const Tensor dx = torch::autograd::grad({y}, {x}, {dy}, true, true)[0];
    EXPECT_NEAR((y * dy).sum().item<double>(), (x * dx).sum().item<double>(), 1e-9);
    const Tensor v = filler("v", x.sizes()).to(torch::kFloat64);
    expect_close(torch::autograd::grad({dx}, {dy}, {v})[0], apply(v, r), 1e-12);
  }
}

TEST(Upfirdn2d, ThreadsChangeNoBit) {
  const Tensor x = filler("x", {4, 16, 33, 31}), f = setup_filter({1, 3, 3, 1});
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const auto run = [&](int threads) {
      at::set_num_threads(threads);
      return upfirdn2d(x.contiguous(format), f, {2, 2}, {1, 1}, {2, 1, 2, 1}, false, 4.0);
    };
    EXPECT_TRUE(run(1).equal(run(3)));
  }
  at::set_num_threads(1);
}

TEST(Upfirdn2d, FiltersOfZerosAndOverlongPaddings) {
  const Tensor x = sixteen();
  EXPECT_EQ(upfirdn2d(x, torch::zeros({3, 3}), {1, 1}, {1, 1}, {1, 1, 1, 1}).abs().sum().item<float>(), 0.0f);
  const Tensor padded = upfirdn2d(x, std::nullopt, {1, 1}, {1, 1}, {9, 0, 0, 11});
  ASSERT_EQ(padded.sizes(), at::IntArrayRef({1, 1, 15, 13}));
  EXPECT_TRUE(padded.slice(2, 0, 4).slice(3, 9).equal(x));
  EXPECT_EQ(padded.sum().item<float>(), x.sum().item<float>());
}

TEST(Upfirdn2d, Errors) {
  const Tensor x = sixteen(), f = setup_filter({1, 3, 3, 1});
  EXPECT_EQ(message_of([&] { upfirdn2d(x[0], f); }), "upfirdn2d: x must be [N,C,H,W], got 3 dimensions");
  EXPECT_EQ(message_of([&] { upfirdn2d(x.to(torch::kInt), f); }), "upfirdn2d: x must be floating point, got Int");
  EXPECT_EQ(message_of([&] {
              upfirdn2d(x, torch::ones({1, 1, 1}));
            }),
            "upfirdn2d: f must be [fh,fw] or [n] and not empty");
  EXPECT_EQ(message_of([&] { upfirdn2d(x, f, {0, 1}); }), "upfirdn2d: up and down must be 1 or more");
  EXPECT_EQ(message_of([&] {
              upfirdn2d(x, f, {1, 1}, {1, 1}, {0, 0, -1, 0});
            }),
            "upfirdn2d: the padded picture (3 x 4) is smaller than the filter (4 x 4)");
}

}  // namespace
}  // namespace centigan
