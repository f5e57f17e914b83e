// The pipeline: published numbers, draws, parameters, gradients, texts.
#include <algorithm>
#include <cmath>

#include "ada_cases.h"

namespace centigan {
namespace {

using torch::Tensor;

const char* const kCombinations[] = {"blit", "geom", "color", "filter", "noise", "cutout",
                                     "bg",   "bgc",  "bgcf",  "bgcfn",  "bgcfnc"};

int64_t parameter_index(const std::string& combination, const std::string& name) {
  const std::vector<std::string> names = ada_parameters(combination);
  const auto at = std::find(names.begin(), names.end(), name);
  EXPECT_NE(at, names.end()) << name;
  return at - names.begin();
}

int64_t gate_count(const std::string& combination) {
  int64_t gates = 0;
  for (const std::string& name : ada_parameters(combination)) gates += name.find("_acted") != std::string::npos;
  return gates;
}

// What a normal draw is at percentile q in the published conformance mode: without the root of two.
double normal_draw(double q) {
  const double n = torch::erfinv(torch::tensor(2 * q - 1, torch::kFloat64)).item<double>();
  return 0.5 + 0.5 * std::erf(n / std::sqrt(2.0));
}

// Draws for two pictures with all values at `value` and only the named gates open for p = 0.5.
Tensor draws_with(const std::string& combination, double value, const std::vector<std::string>& open) {
  const int64_t k = ada_draws(combination), gates = gate_count(combination);
  const std::vector<std::string> names = ada_parameters(combination);
  Tensor u = torch::full({2, k}, value);
  for (int64_t gate = 0; gate < gates; ++gate) {
    const std::string& name = names[names.size() - static_cast<size_t>(gates - gate)];
    const bool acts = std::find(open.begin(), open.end(), name) != open.end();
    u.select(1, k - gates + gate).fill_(acts ? 0.0 : 0.9);
  }
  return u;
}

struct Golden {
  const char* combination;
  std::vector<std::string> open;
  bool normal;
  double q, mean, std, first[3], last;
};

TEST(AdaPipeline, Goldens) {
  const std::vector<Golden> goldens = {
      {"blit", {"xflip_acted"}, false, 0.75, 0.008092, 0.483659, {0.232158, 0.189792, 0.790070}, -0.215116},
      {"blit", {"rotate90_acted"}, false, 0.75, 0.008553, 0.483263, {0.247778, -0.205473, 0.051509}, -0.259699},
      {"blit", {"rotate90_acted"}, false, 0.30, 0.008092, 0.483659, {0.232158, -0.171418, 0.633972}, 0.651467},
      {"blit", {"xint_acted"}, false, 0.75, 0.008721, 0.494703, {0.411050, -0.498888, 0.706135}, -0.530671},
      {"geom", {"scale_acted"}, true, 0.75, 0.008227, 0.406729, {-0.815959, 0.802671, -0.223887}, 0.189180},
      {"geom", {"rotate_pre_acted"}, false, 0.75, 0.008092, 0.483659, {0.232158, -0.171418, 0.633972}, 0.651467},
      {"geom", {"aniso_acted"}, true, 0.75, 0.009583, 0.398084, {-0.810185, 0.785206, -0.154377}, -0.112194},
      {"geom", {"xfrac_acted"}, true, 0.75, 0.008658, 0.431992, {0.353194, -0.459298, 0.510460}, -0.581225},
      {"geom", {"xfrac_acted"}, true, 0.50, 0.008266, 0.495825, {-0.579318, 0.517765, 0.400679}, 0.186803},
      {"color", {"brightness_acted"}, true, 0.75, 0.103654, 0.495825, {-0.483932, 0.613153, 0.496067}, 0.282189},
      {"color", {"contrast_acted"}, true, 0.75, 0.009752, 0.584944, {-0.683445, 0.610829, 0.472697}, 0.220378},
      {"color", {"lumaflip_acted"}, false, 0.75, -0.008266, 0.495825, {0.202165, 0.669716, 0.611133}, 0.254929},
      {"color", {"hue_acted"}, false, 0.75, 0.008266, 0.495825, {-0.135423, 0.311061, -0.271736}, -0.141478},
      {"color", {"saturation_acted"}, true, 0.75, 0.008266, 0.632497, {-0.653200, 0.750385, 0.598886}, 0.273334},
      {"filter",
       {"gain_0_acted", "gain_1_acted", "gain_2_acted", "gain_3_acted"},
       true,
       0.75,
       0.007552,
       0.452953,
       {-0.529228, 0.472997, 0.366034},
       0.170650},
      {"cutout", {"cutout_acted"}, false, 0.75, 0.001864, 0.426636, {-0.579319, 0.517766, 0.400679}, 0.186802},
  };
  const Tensor x = filler("aug", {2, 3, 32, 32}, 0.5);
  for (const Golden& g : goldens) {
    const Tensor u = draws_with(g.combination, g.normal ? normal_draw(g.q) : g.q, g.open);
    const Tensor y = ada(x, u, std::string(g.combination) + ":p=0.5"), wide = y.to(torch::kFloat64);
    EXPECT_NEAR(wide.mean().item<double>(), g.mean, 2e-5) << g.open[0];
    EXPECT_NEAR(wide.std(false).item<double>(), g.std, 2e-5) << g.open[0];
    for (int64_t i = 0; i < 3; ++i) EXPECT_NEAR(y[0][0][0][i].item<float>(), g.first[i], 2e-5) << g.open[0] << i;
    EXPECT_NEAR(y[1][2][20][11].item<float>(), g.last, 2e-5) << g.open[0];
  }
}

TEST(AdaPipeline, ProbabilityZeroIsTheIdentityBitForBit) {
  for (const char* combination : kCombinations)
    for (const PictureCase& item : picture_cases()) {
      const Tensor x = item.x.clone(), u = draws(x.size(0), ada_draws(combination)), noise = torch::ones_like(x);
      if (x.numel() > 0) x[0][0][0][0] = -0.0;
      for (const Tensor& y :
           {ada(x, u, std::string(combination) + ":p=0", {}, noise), ada(x, u, combination, torch::zeros({}), noise)}) {
        EXPECT_TRUE(y.equal(x)) << combination << " " << item.name;
        EXPECT_TRUE(y.numel() == 0 || !y.is_alias_of(x));
        EXPECT_TRUE(x.numel() == 0 || std::signbit(y[0][0][0][0].item<float>())) << combination;
      }
    }
}

TEST(AdaPipeline, OnlyPicturesWithOpenGatesChange) {
  const Tensor x = filler("x", {2, 3, 16, 16}), noise = filler("n", {2, 3, 16, 16});
  for (const char* combination : kCombinations) {
    Tensor u = draws(2, ada_draws(combination)).clone();
    const int64_t gates = gate_count(combination);
    u[0].slice(0, u.size(1) - gates).fill_(0.2);
    u[1].slice(0, u.size(1) - gates).fill_(0.7);
    const auto [y, parameters] = ada_with_parameters(x, u, combination, torch::tensor(0.6), noise);
    EXPECT_FALSE(y[0].equal(x[0])) << combination;
    EXPECT_TRUE(y[1].equal(x[1])) << combination;
    EXPECT_EQ(parameters[0].slice(0, parameters.size(1) - gates).sum().item<double>(), static_cast<double>(gates));
    EXPECT_EQ(parameters[1].slice(0, parameters.size(1) - gates).sum().item<double>(), 0.0);
  }
}

TEST(AdaPipeline, RotationsHaveTheirOwnProbability) {
  for (const double gate : {0.19, 0.21}) {  // 1 - sqrt(1 - 0.36) = 0.2
    const Tensor u = torch::full({1, ada_draws("geom")}, gate), x = torch::zeros({1, 1, 4, 4});
    const Tensor parameters = std::get<1>(ada_with_parameters(x, u, "geom:p=0.36"));
    for (const char* step : {"rotate_pre_acted", "rotate_post_acted"})
      EXPECT_EQ(parameters[0][parameter_index("geom", step)].item<float>(), gate < 0.2 ? 1.0f : 0.0f);
    EXPECT_EQ(parameters[0][parameter_index("geom", "scale_acted")].item<float>(), 1.0f);
  }
  const Tensor u = torch::full({1, ada_draws("geom")}, 0.999), x = torch::zeros({1, 1, 4, 4});
  EXPECT_EQ(std::get<1>(ada_with_parameters(x, u, "geom"))[0].slice(0, 6).sum().item<float>(), 5.0f);
}

TEST(AdaPipeline, ParametersAreThoseUsed) {
  const Tensor x = torch::zeros({1, 3, 32, 64}), u = torch::full({1, ada_draws("bgcfnc")}, 0.75),
               n = torch::zeros_like(x);
  const auto value = [&](const char* name) {
    return std::get<1>(ada_with_parameters(x, u, "bgcfnc", {}, n))[0][parameter_index("bgcfnc", name)].item<double>();
  };
  const double normal = 0.6744897501960817, pi = 3.141592653589793;
  EXPECT_EQ(value("xflip"), 1.0);
  EXPECT_EQ(value("rotate90"), 3.0);
  EXPECT_EQ(value("xint_x"), 0.0625);
  EXPECT_NEAR(value("scale"), std::exp2(0.2 * normal), 1e-6);
  EXPECT_NEAR(value("rotate_post"), pi / 2, 1e-6);
  EXPECT_NEAR(value("aniso"), std::exp2(0.2 * normal), 1e-6);
  EXPECT_NEAR(value("xfrac_y"), 0.125 * normal, 1e-6);
  EXPECT_NEAR(value("brightness"), 0.2 * normal, 1e-6);
  EXPECT_NEAR(value("contrast"), std::exp2(0.5 * normal), 1e-6);
  EXPECT_EQ(value("lumaflip"), 1.0);
  EXPECT_NEAR(value("hue"), pi / 2, 1e-6);
  EXPECT_NEAR(value("saturation"), std::exp2(normal), 1e-6);
  EXPECT_NEAR(value("gain_2"), std::exp2(normal), 1e-6);
  EXPECT_NEAR(value("noise_sigma"), 0.1 * normal, 1e-6);
  EXPECT_EQ(value("cutout_size"), 0.5);
  EXPECT_EQ(value("cutout_x"), 0.75);
}

TEST(AdaPipeline, WholePixelShiftsFollowWidthAndHeight) {  // round(0.0625 * 40) = 2, ties to even, and 4
  const Tensor x = filler("x", {2, 1, 64, 40}), u = draws_with("blit", 0.75, {"xint_acted"});
  const Tensor padded = torch::reflection_pad2d(x, {2, 0, 4, 0});
  expect_close(ada(x, u, "blit:p=0.5"), padded.slice(2, 0, 64).slice(3, 0, 40), 1e-5);
}

TEST(AdaPipeline, ChannelsOneAndFour) {
  const Tensor grey = filler("grey", {2, 1, 16, 16}, 0.5);
  const Tensor hue = draws_with("color", 0.75, {"hue_acted", "saturation_acted"});
  EXPECT_TRUE(ada(grey, hue, "color:p=0.5").equal(grey));
  const Tensor bright = draws_with("color", normal_draw(0.75), {"brightness_acted", "contrast_acted"});
  const double n = torch::erfinv(torch::tensor(0.5, torch::kFloat64)).item<double>();
  expect_close(ada(grey, bright, "color:p=0.5"), (grey + 0.2 * n) * std::exp2(0.5 * n), 1e-6);
  expect_close(ada(grey, draws_with("color", 0.75, {"lumaflip_acted"}), "color:p=0.5"), -grey, 1e-6);
  const Tensor rgba = filler("rgba", {2, 4, 16, 16}, 0.5), u = draws(2, ada_draws("color"));
  const Tensor y = ada(rgba, u, "color");
  EXPECT_TRUE(y.select(1, 3).equal(rgba.select(1, 3)));
  EXPECT_TRUE(y.narrow(1, 0, 3).equal(ada(rgba.narrow(1, 0, 3), u, "color")));
  for (const Tensor& x : {grey, rgba})
    EXPECT_EQ(ada(x, draws(2, ada_draws("bgcfnc")), "bgcfnc", {}, torch::ones_like(x)).sizes(), x.sizes());
}

TEST(AdaPipeline, GradientsToTheSecondOrder) {
  const Tensor x = filler("x", {1, 3, 8, 8}), u = draws(1, ada_draws("bgcfnc"));
  const Tensor noise = filler("noise", {1, 3, 8, 8}).to(torch::kFloat64);
  const TensorFunction f = [&](const std::vector<Tensor>& in) { return ada(in[0], u, "bgcfnc", {}, noise); };
  EXPECT_EQ(gradcheck(f, {x}), "");
  EXPECT_EQ(gradgradcheck(f, {x}), "");
}

TEST(AdaPipeline, AdjointForRandomDraws) {
  for (int round = 0; round < 66; ++round) {
    const std::string combination = kCombinations[round % 11], name = "adjoint" + std::to_string(round);
    const int64_t channels = round % 3 == 0 ? 1 : 2 + round % 3;
    const Tensor x = filler(name, {2, channels, 1 + round * 5 % 13, 1 + round * 7 % 26});
    const Tensor u = filler_u64(name, {2, ada_draws(combination)}).to(torch::kFloat32);
    const Tensor noise = torch::ones(x.sizes(), torch::kFloat64);
    expect_adjoint([&](const Tensor& t) { return ada(t, u, combination, {}, noise); }, x, combination);
  }
}

// The penalty on the gradient of a discriminator at augmented reals, differentiated by the discriminator's weights.
TEST(AdaPipeline, GradientPenaltyHasAGradient) {
  const Tensor u = draws(2, ada_draws("bgcfnc")), noise = filler("noise", {2, 3, 8, 8}).to(torch::kFloat64);
  const TensorFunction penalty = [&](const std::vector<Tensor>& in) {
    const Tensor x = filler("x", {2, 3, 8, 8}).to(torch::kFloat64).requires_grad_();
    const Tensor score = (ada(x, u, "bgcfnc", {}, noise) * in[0]).sum({1, 2, 3}).tanh().sum();
    return torch::autograd::grad({score}, {x}, {}, true, true)[0].square().sum().view({1});
  };
  const Tensor weights = filler("w", {3, 8, 8}, 0.05);
  EXPECT_EQ(gradcheck(penalty, {weights}), "");
}

TEST(AdaPipeline, NoGradientForDraws) {
  Tensor u = draws(2, ada_draws("bgc")).requires_grad_(), p = torch::tensor(0.9f).requires_grad_();
  const Tensor x = filler("x", {2, 3, 8, 8});
  EXPECT_FALSE(ada(x, u, "bgc", p).requires_grad());
}

TEST(AdaPipeline, ShapesWithoutData) {
  for (const char* combination : kCombinations) {
    const Tensor x = filler("x", {2, 3, 9, 7}), u = draws(2, ada_draws(combination));
    const auto [y, parameters] = ada_with_parameters(x, u, combination, {}, x);
    const Tensor mx = x.to(torch::kMeta), mu = u.to(torch::kMeta);
    const auto [my, mparameters] = ada_with_parameters(mx, mu, combination, {}, mx);
    EXPECT_EQ(my.sizes(), y.sizes());
    EXPECT_EQ(mparameters.sizes(), parameters.sizes());
    EXPECT_EQ(parameters.size(1), static_cast<int64_t>(ada_parameters(combination).size()));
    EXPECT_EQ(parameters.scalar_type(), torch::kFloat32);
  }
}

TEST(AdaPipeline, SmallestPictures) {
  for (const auto& size : std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {1, 5}, {2, 1}, {0, 4}}) {
    const Tensor x = filler("x", {2, 3, size.first, size.second}), u = draws(2, ada_draws("bgcfnc"));
    const Tensor y = ada(x, u, "bgcfnc", {}, torch::ones_like(x));
    EXPECT_TRUE(y.sizes() == x.sizes() && y.isfinite().all().item<bool>());
  }
}

TEST(AdaPipeline, Texts) {
  EXPECT_EQ(ada_draws("blit"), 4 + 3);
  EXPECT_EQ(ada_draws("geom"), 6 + 5);
  EXPECT_EQ(ada_draws("color"), 5 + 5);
  EXPECT_EQ(ada_draws("filter"), 8);
  EXPECT_EQ(ada_draws("noise"), 2);
  EXPECT_EQ(ada_draws("cutout"), 3);
  EXPECT_EQ(ada_draws("ada:bgcfnc:p=0.6"), 41);
  EXPECT_TRUE(ada_needs_noise("bgcfn"));
  EXPECT_FALSE(ada_needs_noise("bgcf"));
  const AdaCombination c = read_ada_combination("ada:bgc:p=0.25");
  EXPECT_TRUE(c.error.empty() && c.has_p && c.p == 0.25 && c.blit && c.geom && c.color && !c.filter && !c.noise);
  EXPECT_EQ(message_of([] { ada_draws("bgd"); }),
            "ada: 'bgd': no combination is called 'bgd'; did you mean bg? known are blit, geom, color, filter, noise, "
            "cutout, bg, bgc, bgcf, bgcfn, bgcfnc");
  EXPECT_EQ(message_of([] { ada_draws("ada:"); }).find("ada: 'ada:': the combination is empty; known are blit"), 0u);
  for (const char* text : {"bgc:p=1.5", "bgc:0.5", "bgc:p=", "bgc:p=0.5:p=0.5", "bgc:p=nan"})
    EXPECT_NE(message_of([&] { ada_draws(text); }).find("is no probability; write it as in bgc:p=0.6"),
              std::string::npos)
        << text;
}

TEST(AdaPipeline, Errors) {
  const Tensor x = golden_picture(), u = draws(2, ada_draws("bgc"));
  EXPECT_EQ(message_of([&] { ada(x[0], u, "bgc"); }), "ada: x must be [N,C,H,W], got 3 dimensions");
  EXPECT_EQ(message_of([&] { ada(x, u, "bgcf"); }), "ada: u must be [2, 36], got [2, 28]");
  EXPECT_EQ(message_of([&] { ada(x, u.to(torch::kFloat64), "bgc"); }),
            "ada: u must be float32 or Float like x, got Double");
  EXPECT_EQ(message_of([&] { ada(x.to(torch::kMeta), u, "bgc"); }), "ada: u is on cpu, x on meta");
  EXPECT_EQ(message_of([&] { ada(x, draws(2, 2), "noise"); }),
            "ada: 'noise' adds noise: give the argument noise, standard normal values like x");
  EXPECT_EQ(message_of([&] { ada(x, u, "bgc:p=0.5", torch::tensor(0.5f)); }),
            "ada: 'bgc:p=0.5' has p= of its own, and p is given as well");
  EXPECT_EQ(message_of([&] { ada(x, u, "bgc", torch::zeros(2)); }), "ada: p must be [], got [2]");
  EXPECT_EQ(message_of([&] { ada(x, u, "bgc", torch::zeros({}, torch::kMeta)); }), "ada: p is on meta, u on cpu");
  EXPECT_EQ(message_of([&] { ada(x.narrow(1, 0, 2), u, "bgc"); }), "ada_color: x must have 1, 3 or 4 channels, got 2");
  Tensor bad = u.clone();
  bad[1][3] = NAN;
  EXPECT_EQ(message_of([&] { ada(x, bad, "bgc"); }), "ada: u has a NaN, draws must be from 0 to 1");
}

}  // namespace
}  // namespace centigan
