#include "elastic.h"

#include <gtest/gtest.h>

#include "elastic_judge.h"
#include "lite_support.h"

namespace centigan {
namespace {

using lite_test::tiny_config;

constexpr int64_t kElasticProbes = 2;

ModelConfig elastic_config(bool noise = false) {
  auto config = tiny_config(16, noise);
  config.lite.level_convs = {2, 1};
  return config;
}

std::shared_ptr<LiteGenerator> lively(const ModelConfig& config) {
  auto generator = std::make_shared<LiteGenerator>(config, 3);
  lite_test::stir(*generator);
  return generator;
}

at::Tensor drawn_by(Generator& generator) {
  const at::NoGradGuard no_grad;
  const auto z = lite_test::normal("elastic z", {6, 12});
  const auto c = generator.shape().c_dim > 0 ? lite_test::one_hot({0, 1, 2, 0, 1, 2}) : at::Tensor();
  return generator.forward(z, c, 1.0, {NoiseMode::kRandom, at::arange(6, at::kLong)});
}

double apart(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

ModelConfig narrow(ModelConfig config) {
  config.lite.widths = config.lite.d_widths = {7, 10, 3};
  config.lite.w_dim = 5;
  return config;
}

TEST(Elastic, TheWidestMemberDrawsWhatItCameFrom) {
  for (const auto& config : {elastic_config(true), lite_test::with_classes(elastic_config())}) {
    const auto generator = lively(config);
    const Elastic elastic = Elastic::of(*generator, 1, kElasticProbes);
    EXPECT_LT(apart(drawn_by(*elastic.widest()), drawn_by(*generator)), 2e-4);
    EXPECT_LT(apart(drawn_by(*elastic.member(config)), drawn_by(*generator)), 2e-4);
    EXPECT_FALSE(at::equal(elastic.widest()->units()[0]->bias, generator->units()[0]->bias));  // sorted
  }
}

TEST(Elastic, MembersAreTheirCutNetworks) {
  for (auto config : {elastic_config(true), lite_test::with_classes(elastic_config())}) {
    const Elastic elastic = Elastic::of(*lively(config), 1, kElasticProbes);
    auto small = narrow(config);
    const auto compare = [&](const ModelConfig& member) {
      const auto cut = elastic.cut(member);
      EXPECT_LT(apart(drawn_by(*elastic.member(member)), drawn_by(*cut)), 1e-4);
      EXPECT_EQ(cut->units().size(), lite_layers(member).size());
    };
    compare(small);
    small.lite.level_convs = {1, 0};
    compare(small);
    small.lite.first_convs = 0, small.lite.level_convs = {0, 1};
    compare(small);
    small.lite.start_dense = false;
    compare(small);
    small.lite.first_convs = 1;
    compare(small);
  }
}

// All that a narrower member leaves out is there, with gains of 0 and without readers.
TEST(Elastic, ANarrowMemberIsTheWidestWithOthersSilent) {
  const auto config = elastic_config(), small = narrow(config);
  const Elastic elastic = Elastic::of(*lively(config), 1, kElasticProbes);
  const auto member = drawn_by(*elastic.member(small));
  const at::NoGradGuard no_grad;
  for (const LiteUnit& unit : elastic.widest()->units()) {
    const LiteLayer& layer = unit->layer;
    if (layer.name == "map1") unit->weight.slice(1, 5).zero_();
    if (layer.gain) unit->gain_weight.slice(1, 5).zero_();
    if (layer.dense()) unit->weight.slice(1, 5).zero_();
    if (!layer.makes_map()) continue;
    const int64_t kept = small.lite.widths[static_cast<size_t>(layer.level)];
    unit->gain_weight.slice(0, kept).zero_(), unit->gain_bias.slice(0, kept).zero_();
  }
  EXPECT_LT(apart(drawn_by(*elastic.widest()), member), 1e-4);
}

TEST(Elastic, ShortUnitsStandForWhatIsLeftOut) {
  const auto config = elastic_config();
  const auto generator = lively(config);
  const Elastic fitted = Elastic::of(*generator, 1, kElasticProbes);
  const Elastic fresh(fitted.widest(), 1);
  const auto wanted = drawn_by(*generator);
  const auto error = [&](const Elastic& elastic, auto change) {
    auto member = config;
    change(member.lite);
    return (drawn_by(*elastic.member(member)) - wanted).abs().mean().item<double>();
  };
  const auto expect_nearer = [&](auto change) { EXPECT_LT(error(fitted, change), 0.8 * error(fresh, change)); };
  expect_nearer([](LiteConfig& l) { l.level_convs = {1, 1}; });
  expect_nearer([](LiteConfig& l) { l.level_convs = {2, 0}; });
  expect_nearer([](LiteConfig& l) { l.first_convs = 0; });
}

TEST(Elastic, WeightsAreRoundedToTheirBits) {
  const auto config = elastic_config();
  const Elastic elastic = Elastic::of(*lively(config), 1, kElasticProbes);
  auto packed = config;
  packed.lite.quant.bits.assign(lite_layers(config).size(), 8);
  packed.lite.quant.bits[2] = packed.lite.quant.bits[3] = 4;  // start, b4_conv0
  const auto member = elastic.member(packed), whole = elastic.member(config);
  const auto values = [](const at::Tensor& rows) { return std::get<0>(at::_unique(rows)).numel(); };
  const auto& start = member->units()[2]->weight;
  EXPECT_LE(values(start.view({16, 12, 12}).select(1, 4)), 15);
  EXPECT_LE(values(member->units()[3]->weight[5]), 15);
  EXPECT_GT(values(whole->units()[3]->weight[5]), 100);
  EXPECT_LT(apart(member->units()[4]->weight, whole->units()[4]->weight), 0.03);
}

TEST(Elastic, GradientsArriveInTheWidest) {
  const auto config = elastic_config();
  const Elastic elastic = Elastic::of(*lively(config), 1, kElasticProbes);
  auto small = narrow(config);
  small.lite.level_convs = {1, 1};
  const auto z = lite_test::normal("elastic z", {2, 12});
  const auto loss = elastic.member(small)->forward(z, {}, 1.0, {NoiseMode::kNone, {}}).square().sum();
  const auto parameters = elastic.widest()->named_parameters();
  const auto shorts = elastic.shorts()->named_parameters();
  const auto grads = torch::autograd::grad(
      {loss}, {parameters["b16_up.weight"], parameters["b8_up.weight"], shorts["b8_conv0_first.weight"]}, {}, false,
      false, /*allow_unused=*/true);
  EXPECT_GT(grads[0].slice(0, 0, 3).slice(1, 0, 10).abs().sum().item<double>(), 0);
  EXPECT_EQ(grads[0].slice(0, 3).abs().sum().item<double>(), 0);
  EXPECT_FALSE(grads[1].defined());
  EXPECT_GT(grads[2].abs().sum().item<double>(), 0);
}

TEST(Elastic, TheJudgeSeesWhatIsMissing) {
  const auto config = elastic_config();
  const auto generator = lively(config);
  const Elastic elastic = Elastic::of(*generator, 1, kElasticProbes);
  const ElasticJudge judge(elastic, *generator, nullptr, 1.0, 5, 40);
  auto packed = config;
  packed.lite.quant.bits.assign(lite_layers(config).size(), 8);
  const double widest = judge.distance(config), bytes = judge.distance(packed), small = judge.distance(narrow(config));
  EXPECT_LT(widest, 1e-4);
  EXPECT_LT(bytes, small / 4);
  EXPECT_GT(bytes, widest);
  EXPECT_EQ(small, judge.distance(narrow(config)));
}

}  // namespace
}  // namespace centigan
