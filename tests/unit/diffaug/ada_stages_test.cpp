// Colour, filter, noise and cutout.
#include "ada_cases.h"
#include "ada_filter/ada_filter_kernel.h"

namespace centigan {
namespace {

using torch::Tensor;

Tensor some_colors(const Tensor& u) {
  return (u.to(torch::kFloat32) * 2 - 1).view({-1, 4, 4});
}

Tensor some_gains(const Tensor& u) {
  return u.to(torch::kFloat32) * 2 + 0.1;
}

// Centre and size from three draws.
Tensor drawn_cutout(const Tensor& x, const Tensor& u) {
  const Tensor v = u.to(torch::kFloat32);
  return ada_cutout(x, v.narrow(1, 0, 2), v.select(1, 2));
}

Tensor drawn_noise(const Tensor& x, const Tensor& u) {
  return ada_noise(x, filler("n", x.sizes()).to(x.options()), u.to(torch::kFloat32).select(1, 0));
}

TEST(AdaColor, WellBehaved) {
  const DrawnOp op = [](const Tensor& x, const Tensor& u) { return ada_color(x, some_colors(u)); };
  expect_stage_well_behaved(
      op, [](const Tensor& x, const Tensor& u) { return ada_color_ref(x, some_colors(u)); }, 16);
  for (const int64_t c : {1, 4}) {
    for (const PictureCase& item : picture_cases(c)) {
      const Tensor m = some_colors(draws(item.x.size(0), 16)), y = ada_color(item.x, m);
      expect_close(y, ada_color_ref(item.x.to(torch::kFloat64), m), tolerance_of(item.x.scalar_type()), item.name);
      EXPECT_EQ(y.strides(), ada_color(item.x.to(torch::kMeta), m.to(torch::kMeta)).strides()) << item.name;
    }
    const Tensor x = filler("x", {2, c, 4, 5}), m = some_colors(draws(2, 16));
    const TensorFunction f = [&](const std::vector<Tensor>& in) { return ada_color(in[0], m); };
    EXPECT_EQ(gradcheck(f, {x}), "");
    EXPECT_EQ(gradgradcheck(f, {x}), "");
  }
}

TEST(AdaColor, OneChannelTakesTheMeanOfTheRowsAndTheFourthIsKept) {
  const Tensor m = torch::arange(16, torch::kFloat32).view({1, 4, 4});
  EXPECT_EQ(ada_color(torch::full({1, 1, 1, 1}, 2.0), m).item<float>(), 2 * 15 + 7);
  const Tensor x = filler("x", {1, 4, 5, 3}), y = ada_color(x, m);
  EXPECT_TRUE(y.select(1, 3).equal(x.select(1, 3)));
  expect_close(y.select(1, 1), 4 * x.select(1, 0) + 5 * x.select(1, 1) + 6 * x.select(1, 2) + 7, 2e-6);
}

TEST(AdaColor, IdentityCopiesBitForBit) {
  for (const int64_t c : {1, 3, 4}) {
    const Tensor x = torch::cat({filler("x", {1, c, 3, 3}), torch::full({1, c, 3, 3}, -0.0)});
    const Tensor y = ada_color(x, torch::eye(4).expand({2, 4, 4}));
    EXPECT_TRUE(y.view(torch::kInt).equal(x.view(torch::kInt)));
  }
}

TEST(AdaColor, Errors) {
  expect_stage_errors("ada_color", "c", ada_color, {4, 4});
  EXPECT_EQ(message_of([] {
              ada_color(torch::zeros({1, 2, 4, 4}), torch::eye(4).unsqueeze(0));
            }),
            "ada_color: x must have 1, 3 or 4 channels, got 2");
}

TEST(AdaFilter, WellBehaved) {
  expect_stage_well_behaved([](const Tensor& x, const Tensor& u) { return ada_filter(x, some_gains(u)); },
                            [](const Tensor& x, const Tensor& u) { return ada_filter_ref(x, some_gains(u)); }, 4);
  expect_stage_well_behaved([](const Tensor& x, const Tensor& u) { return ada_filter_backward(x, some_gains(u)); },
                            [](const Tensor& x, const Tensor& u) { return ada_filter_backward_ref(x, some_gains(u)); },
                            4);
}

TEST(AdaFilter, MatchesReferenceForManySizes) {
  for (const auto& shape :
       std::vector<std::vector<int64_t>>{{2, 1, 1, 1}, {1, 2, 1, 30}, {2, 1, 22, 21}, {1, 4, 50, 23}}) {
    const Tensor x = filler("x", shape).to(torch::kFloat64), g = some_gains(draws(shape[0], 4));
    expect_close(ada_filter(x, g), ada_filter_ref(x, g), 1e-12);
    expect_close(ada_filter_backward(x, g), ada_filter_backward_ref(x, g), 1e-12);
    expect_adjoint([&](const Tensor& t) { return ada_filter(t, g); }, x);
    expect_adjoint([&](const Tensor& t) { return ada_filter_backward(t, g); }, x);
  }
}

TEST(AdaFilter, LargePicturesAreReflectedOnce) {
  const Tensor x = filler("x", {1, 1, 24, 30}).to(torch::kFloat64), g = some_gains(draws(1, 4));
  double taps[kAdaFilterTaps];
  ada_filter_taps(make_ada_filter_bank(), g.to(torch::kFloat64).data_ptr<double>(), taps);
  const Tensor row = torch::from_blob(taps, {1, 1, 1, kAdaFilterTaps}, torch::kFloat64);
  const Tensor padded = torch::reflection_pad2d(x, {21, 21, 21, 21});
  expect_close(ada_filter(x, g), torch::conv2d(torch::conv2d(padded, row), row.view({1, 1, -1, 1})), 1e-12);
}

TEST(AdaFilter, BankAddsUpToTheIdentity) {
  const AdaFilterBank bank = make_ada_filter_bank();
  for (int k = 0; k < kAdaFilterTaps; ++k) {
    double sum = 0;
    for (int band = 0; band < kAdaBands; ++band) {
      sum += bank.taps[band][k];
      EXPECT_NEAR(bank.taps[band][k], bank.taps[band][kAdaFilterTaps - 1 - k], 1e-12);
    }
    EXPECT_NEAR(sum, k == kAdaFilterPad ? 1 : 0, 1e-11) << k;
  }
  const double centre[] = {0.125, 0.125, 0.25, 0.5}, highest[] = {0.03125, 0, -0.28125, 0.5, -0.28125, 0, 0.03125};
  for (int band = 0; band < kAdaBands; ++band) EXPECT_NEAR(bank.taps[band][21], centre[band], 1e-11);
  for (int k = 0; k < 7; ++k) EXPECT_NEAR(bank.taps[3][18 + k], highest[k], 1e-11);
  const Tensor x = filler("x", {1, 3, 30, 9});
  EXPECT_TRUE(ada_filter(x, torch::ones({1, 4})).equal(x));
  EXPECT_TRUE(ada_filter_backward(x, torch::ones({1, 4})).equal(x));
}

TEST(AdaFilter, Errors) {
  expect_stage_errors("ada_filter", "gains", ada_filter, {4});
  expect_stage_errors("ada_filter_backward", "gains", ada_filter_backward, {4});
}

TEST(AdaNoise, WellBehaved) {
  expect_stage_well_behaved(
      drawn_noise,
      [](const Tensor& x, const Tensor& u) {
        return ada_noise_ref(x, filler("n", x.sizes()).to(x.options()), u.to(torch::kFloat32).select(1, 0));
      },
      1);
}

TEST(AdaNoise, AddsSigmaTimesNoise) {
  const Tensor x = filler("x", {2, 1, 3, 3}), noise = filler("noise", {2, 1, 3, 3});
  const Tensor y = ada_noise(x, noise, torch::tensor({0.0, 0.5}, torch::kFloat32));
  EXPECT_TRUE(y[0].equal(x[0]));
  expect_close(y[1], x[1] + 0.5 * noise[1], 1e-7);
}

TEST(AdaNoise, Errors) {
  const Tensor x = golden_picture();
  expect_stage_errors("ada_noise", "sigma", [](const Tensor& p, const Tensor& s) { return ada_noise(p, p, s); }, {});
  EXPECT_EQ(message_of([&] { ada_noise(x, x[0], torch::zeros(2)); }),
            "ada_noise: noise must be Float [2, 3, 8, 8] like x, got Float [3, 8, 8]");
  EXPECT_EQ(message_of([&] { ada_noise(x, x.to(torch::kHalf), torch::zeros(2)); }),
            "ada_noise: noise must be Float [2, 3, 8, 8] like x, got Half [2, 3, 8, 8]");
  EXPECT_EQ(message_of([&] { ada_noise(x, x.to(torch::kMeta), torch::zeros(2)); }),
            "ada_noise: noise is on meta, x on cpu");
}

TEST(AdaCutout, WellBehaved) {
  expect_stage_well_behaved(
      drawn_cutout,
      [](const Tensor& x, const Tensor& u) {
        const Tensor v = u.to(torch::kFloat32);
        return ada_cutout_ref(x, v.narrow(1, 0, 2), v.select(1, 2));
      },
      3);
}

TEST(AdaCutout, Box) {
  const Tensor x = filler("x", {1, 2, 8, 16}), centre = torch::tensor({{0.25, 0.75}}, torch::kFloat32);
  Tensor want = x.clone();
  want.slice(2, 4, 8).slice(3, 0, 8).zero_();
  EXPECT_TRUE(ada_cutout(x, centre).equal(want));
  EXPECT_TRUE(ada_cutout(x, centre, torch::tensor(0.5f)).equal(want));
  EXPECT_TRUE(ada_cutout(x, centre, torch::tensor({0.5f})).equal(want));
  EXPECT_TRUE(ada_cutout(x, centre, 0.0).equal(x));
  EXPECT_EQ(ada_cutout(x, centre, 2.0).abs().sum().item<float>(), 0.0f);
  EXPECT_TRUE(ada_cutout(x, centre * NAN, 2.0).equal(x));
  EXPECT_TRUE(ada_cutout(x, centre + 9, 0.5).equal(x));
}

TEST(AdaCutout, Errors) {
  const Tensor x = golden_picture();
  expect_stage_errors("ada_cutout", "centre", [](const Tensor& p, const Tensor& c) { return ada_cutout(p, c, 0.5); },
                      {2});
  expect_stage_errors("ada_cutout", "size",
                      [](const Tensor& p, const Tensor& s) {
                        return ada_cutout(p, torch::zeros({2, 2}).to(p.device()), s);
                      },
                      {});
  EXPECT_EQ(message_of([&] {
              ada_cutout(x, torch::zeros({2, 2}), torch::zeros({}, torch::kFloat64));
            }),
            "ada_cutout: size must be float32 or Float like x, got Double");
  EXPECT_EQ(message_of([&] {
              ada_cutout(x, torch::zeros({2, 2}), torch::zeros({}, torch::kMeta));
            }),
            "ada_cutout: size is on meta, x on cpu");
}

}  // namespace
}  // namespace centigan
