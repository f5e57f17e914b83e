#include <ATen/ATen.h>
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
  const Tensor half = bias_act(x, std::nullopt, 0, "relu", std::nullopt, 1.0);
  EXPECT_EQ(torch::autograd::grad({half.sum()}, {x})[0][2].item<double>(), 0.0);
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
