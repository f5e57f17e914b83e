#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>

#include "../../support/filler.h"
#include "../../support/gradcheck.h"
#include "../../support/op_cases.h"
#include "centigan/nn/ops.h"

namespace centigan {
namespace {

using torch::Tensor;

struct ActGolden {
  const char* act;
  std::optional<double> clamp;
  double mean, gradient;
};

const ActGolden kActGoldens[] = {
    {"linear", {}, -0.357926, 1.0},    {"relu", {}, 2.660402, 0.676723},     {"lrelu", 2.0, 0.249154, 0.290577},
    {"tanh", {}, -0.051620, 0.168890}, {"sigmoid", {}, 0.473544, 0.075411},  {"elu", {}, 1.436453, 0.555265},
    {"selu", {}, 1.194678, 0.637710},  {"softplus", {}, 2.011999, 0.473544}, {"swish", {}, 2.505430, 0.668826},
};

TEST(BiasAct, Goldens) {  // E10
  const Tensor x = at::conv2d(filler("cx", {2, 3, 8, 8}), filler("cw", {4, 3, 3, 3}), {}, 1, 1).requires_grad_();
  const Tensor b = filler("cb", {4}, 0.5);
  for (const ActGolden& g : kActGoldens) {
    const Tensor y = bias_act(x, b, 1, g.act, std::nullopt, std::nullopt, g.clamp);
    EXPECT_NEAR(y.mean().item<double>(), g.mean, 2e-5) << g.act;
    EXPECT_NEAR(torch::autograd::grad({y.sum()}, {x})[0].mean().item<double>(), g.gradient, 2e-5) << g.act;
    if (!g.clamp) continue;
    EXPECT_EQ(y.min().item<double>(), -*g.clamp);
    EXPECT_EQ(y.max().item<double>(), *g.clamp);
  }
}

double act_ref(const std::string& act, double v, double alpha) {
  if (act == "relu") return std::max(v, 0.0);
  if (act == "lrelu") return v > 0 ? v : alpha * v;
  if (act == "tanh") return std::tanh(v);
  if (act == "sigmoid") return 1 / (1 + std::exp(-v));
  if (act == "elu") return v > 0 ? v : std::expm1(v);
  if (act == "selu") return 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * std::expm1(v));
  if (act == "softplus") return std::log1p(std::exp(v));
  if (act == "swish") return v / (1 + std::exp(-v));
  return v;
}

Tensor bias_act_ref(const Tensor& x, const Tensor& b, const std::string& act, double gain, double clamp) {
  Tensor y = (x + b.to(torch::kFloat64).view({1, -1, 1, 1})).contiguous();
  double* values = y.data_ptr<double>();
  for (int64_t i = 0; i < y.numel(); ++i) values[i] = std::clamp(gain * act_ref(act, values[i], 0.3), -clamp, clamp);
  return y;
}

TEST(BiasAct, MatchesTheDefinition) {
  const Tensor b = filler("b", {3}, 0.5);
  for (const ActGolden& g : kActGoldens)
    expect_matches_reference([&](const Tensor& x) { return bias_act(x, b, 1, g.act, 0.3, 1.5, 0.8); },
                             [&](const Tensor& x) { return bias_act_ref(x, b, g.act, 1.5, 0.8); });
}

const char* const kSmoothActs[] = {"tanh", "sigmoid", "elu", "selu", "softplus", "swish"};

// From -30 to 30, and around 0.
Tensor smooth_inputs() {
  const Tensor wide = at::linspace(-30, 30, 60001), near = at::linspace(-1e-2, 1e-2, 20001);
  return at::cat({wide, near, at::pow(10.0, at::linspace(-12, -2, 1001)), -at::pow(10.0, at::linspace(-12, -2, 1001))});
}

TEST(BiasAct, SmoothActivationsAreWithinAFewUnitsInTheLastPlace) {
  const Tensor x = smooth_inputs(), wide = x.to(torch::kFloat64);
  for (const char* act : kSmoothActs) {
    const Tensor got = bias_act(x, std::nullopt, 0, act, std::nullopt, 1.0);
    const Tensor want = bias_act(wide, std::nullopt, 0, act, std::nullopt, 1.0), nearest = want.to(torch::kFloat32);
    const Tensor above = at::nextafter(nearest.abs(), at::full({}, INFINITY)).to(torch::kFloat64);
    const Tensor unit = above - nearest.abs().to(torch::kFloat64);
    EXPECT_LE(((got.to(torch::kFloat64) - want).abs() / unit).max().item<double>(), 4.0) << act;
  }
}

// {first, second} derivative.
std::vector<Tensor> derivatives(const Tensor& values, const char* act, double clamp) {
  const Tensor x = values.detach().requires_grad_();
  const Tensor y = bias_act(x, std::nullopt, 0, act, std::nullopt, std::nullopt, clamp);
  const Tensor first = torch::autograd::grad({y.sum()}, {x}, {}, true, true)[0];
  return {first, torch::autograd::grad({first.sum()}, {x})[0]};
}

TEST(BiasAct, DerivativesOfSmoothActivationsAreExactToFloat) {
  const Tensor x = smooth_inputs();
  for (const std::string act : kSmoothActs)
    for (const double clamp : {1e9, 0.9}) {
      const double tolerance = (act == "swish" ? 30 : 8) * 0x1p-24;  // swish's have a factor x, of up to 30 here
      const auto got = derivatives(x, act.c_str(), clamp),
                 want = derivatives(x.to(torch::kFloat64), act.c_str(), clamp);
      for (size_t i = 0; i < 2; ++i) {
        const Tensor error = (got[i].to(torch::kFloat64) - want[i]).abs();
        EXPECT_LE(error.quantile(0.999).item<double>(), tolerance) << act << " order " << i + 1;
        // Values within rounding of the clamp may fall on either side.
        EXPECT_LE((error > tolerance).sum().item<int64_t>(), clamp < 1 ? 2 : 0) << act << " order " << i + 1;
      }
    }
}

TEST(BiasAct, InfinitiesAndNaN) {
  const Tensor x = torch::tensor({-INFINITY, INFINITY, NAN, -1e30f, 1e30f, -104.0f, 104.0f}).repeat({5});
  for (const char* act : kSmoothActs) {
    const Tensor got = bias_act(x, std::nullopt, 0, act).to(torch::kFloat64);
    EXPECT_TRUE(at::allclose(got, bias_act(x.to(torch::kFloat64), std::nullopt, 0, act), 1e-5, 1e-30, true)) << act;
  }
  const Tensor ends = torch::tensor({-INFINITY, INFINITY, -1e30f, 1e30f}).requires_grad_();
  const Tensor y = bias_act(ends, std::nullopt, 0, "swish", std::nullopt, 1.0, 2.0);
  EXPECT_TRUE(torch::autograd::grad({y.sum()}, {ends})[0].equal(torch::zeros({4})));
}

TEST(BiasAct, AnyDimensionCarriesTheBias) {
  const Tensor x = filler("x", {4, 5}), b = filler("b", {4});
  EXPECT_TRUE(bias_act(x, b, 0).equal(x + b.view({4, 1})));
  EXPECT_TRUE(bias_act(x, filler("c", {5})).equal(x + filler("c", {5})));
}

TEST(BiasAct, NothingToDoStillCopies) {
  const Tensor x = filler("x", {2, 3});
  const Tensor y = bias_act(x, std::nullopt);
  EXPECT_TRUE(y.equal(x));
  EXPECT_NE(y.data_ptr(), x.data_ptr());
}

TEST(BiasAct, GradientIsZeroAtTheClampAndNegativeSideAtZero) {
  const Tensor x = torch::tensor({-3.0, -2.0, 0.0, 1.0, 2.0, 3.0}).requires_grad_();
  const Tensor clamped = bias_act(x, std::nullopt, 0, "linear", std::nullopt, std::nullopt, 2.0);
  EXPECT_TRUE(torch::autograd::grad({clamped.sum()}, {x})[0].equal(torch::tensor({0.0, 0.0, 1.0, 1.0, 0.0, 0.0})));
  const Tensor leaky = bias_act(x, std::nullopt, 0, "lrelu", 0.25, 1.0);
  EXPECT_EQ(torch::autograd::grad({leaky.sum()}, {x})[0][2].item<double>(), 0.25);
  const Tensor bent = bias_act(x, std::nullopt, 0, "lrelu", -0.5, 1.0, 2.0);  // its derivative is worked out from x
  EXPECT_TRUE(torch::autograd::grad({bent.sum()}, {x})[0].equal(torch::tensor({-0.5, -0.5, -0.5, 1.0, 0.0, 0.0})));
  const Tensor half = bias_act(x, std::nullopt, 0, "relu", std::nullopt, 1.0);
  EXPECT_EQ(torch::autograd::grad({half.sum()}, {x})[0][2].item<double>(), 0.0);
}

// Half types hold another number than 0.7, on either side of it.
TEST(BiasAct, GradientIsZeroAtAClampThatTheTypeCannotHold) {
  for (const auto type : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble})
    for (const double clamp : {0.7, 0.3, 256 * std::sqrt(0.5)})
      for (const char* act : {"linear", "lrelu", "swish", "softplus"}) {
        const Tensor x = at::full({8}, 900.0, type).requires_grad_();
        const Tensor y = bias_act(x, std::nullopt, 0, act, std::nullopt, std::nullopt, clamp);
        EXPECT_TRUE(torch::autograd::grad({y.sum()}, {x})[0].equal(at::zeros({8}, type))) << act << clamp << type;
      }
}

TEST(BiasAct, Gradients) {
  const Tensor x = filler("gx", {2, 3, 4}), b = filler("gb", {3}, 0.5);
  for (const ActGolden& g : kActGoldens) {
    const TensorFunction f = [&](const std::vector<Tensor>& in) {
      return bias_act(in[0], in[1], 1, g.act, std::nullopt, std::nullopt, 1.1);
    };
    EXPECT_EQ(gradcheck(f, {x, b}), "") << g.act;
    EXPECT_EQ(gradgradcheck(f, {x, b}), "") << g.act;
  }
}

std::vector<Tensor> bias_act_gradients(const Tensor& x_in, const ActGolden& g, double alpha, double gain) {
  const Tensor x = x_in.detach().requires_grad_(), b = filler("gb", {x.size(1)}, 0.5).requires_grad_();
  const Tensor y = bias_act(x, b, 1, g.act, alpha, gain, g.clamp);
  const Tensor dy = filler("dy", y.sizes()).to(x.scalar_type());
  auto first = torch::autograd::grad({y}, {x, b}, {dy}, true, true);
  const Tensor penalty = first[0].to(torch::kFloat64).square().sum() + first[1].to(torch::kFloat64).square().sum();
  first.push_back(penalty.requires_grad() ? torch::autograd::grad({penalty}, {x}, {}, true, false, true)[0] : Tensor());
  if (!first.back().defined()) first.back() = torch::zeros_like(x);
  return first;
}

// Other layouts and types have the gradients of contiguous float64, to both orders.
TEST(BiasAct, GradientsOfAllLayoutsAndTypesAgree) {
  for (const ActGolden& g : kActGoldens) {
    for (const PictureCase& item : picture_cases()) {
      SCOPED_TRACE(std::string(g.act) + " " + item.name);
      const auto got = bias_act_gradients(item.x, g, 0.3, 1.2);
      const auto want = bias_act_gradients(item.x.to(torch::kFloat64).contiguous(), g, 0.3, 1.2);
      const bool half = item.x.element_size() == 2;  // derivatives are worked out from rounded results
      for (size_t i = 0; i < got.size(); ++i) expect_close(got[i], want[i], half ? 6e-2 : 1e-5);
      EXPECT_EQ(got[0].scalar_type(), item.x.scalar_type());
    }
  }
}

TEST(BiasAct, NegativeSlopesAndZeroGainsHaveGradients) {
  const Tensor x = filler("gx", {2, 3, 4}), b = filler("gb", {3}, 0.5);
  for (const auto& [alpha, gain] : {std::pair{-0.5, 1.0}, {-0.5, -2.0}, {0.2, -2.0}, {0.2, 0.0}, {0.0, 1.0}}) {
    const TensorFunction f = [&, alpha = alpha, gain = gain](const std::vector<Tensor>& in) {
      return bias_act(in[0], in[1], 1, "lrelu", alpha, gain, 1.5);
    };
    EXPECT_EQ(gradcheck(f, {x, b}), "") << alpha << " " << gain;
    EXPECT_EQ(gradgradcheck(f, {x, b}), "") << alpha << " " << gain;
  }
}

TEST(BiasAct, ThreadsChangeNoBit) {
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const Tensor x = filler("threads", {5, 48, 33, 17}).contiguous(format);
    const auto run = [&](int threads) {
      at::set_num_threads(threads);
      return bias_act_gradients(x, {"lrelu", 1.0, 0, 0}, 0.2, 1.4);
    };
    const auto one = run(1), three = run(3);
    for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(one[i].equal(three[i])) << i;
  }
  at::set_num_threads(1);
}

// The gradient of the gradient's gradient, which training does not ask for, is left to ATen and still right.
TEST(BiasAct, ThirdOrder) {
  const Tensor x = torch::tensor({0.3, -0.7}, torch::kFloat64).requires_grad_();
  Tensor y = bias_act(x, std::nullopt, 0, "tanh").sum();
  for (int order = 0; order < 2; ++order) y = torch::autograd::grad({y}, {x}, {}, true, true)[0].sum();
  const Tensor third = torch::autograd::grad({y}, {x})[0], t = x.detach().tanh(), s = 1 - t * t;
  expect_close(third, s * (6 * t * t - 2), 1e-12);
}

TEST(BiasAct, Errors) {
  const Tensor x = filler("x", {2, 3}), b = filler("b", {3});
  EXPECT_EQ(message_of([&] { bias_act(x, b, 1, "gelu"); }),
            "bias_act: unknown activation 'gelu'; known are linear, relu, lrelu, tanh, sigmoid, elu, selu, softplus, "
            "swish");
  EXPECT_EQ(message_of([&] { bias_act(x, b, 0); }), "bias_act: b must be [2], got [3]");
  EXPECT_EQ(message_of([&] { bias_act(x, b, 2); }), "bias_act: dim 2 is outside the 2 dimensions of x");
  EXPECT_EQ(message_of([&] { bias_act(x.to(torch::kInt), b); }), "bias_act: x must be floating point, got Int");
  EXPECT_EQ(message_of([&] { bias_act(x, b, 1, "relu", {}, {}, -1.0); }),
            "bias_act: clamp must not be negative, got -1");
}

}  // namespace
}  // namespace centigan
