#include "centigan/diffaug/augmentation.h"

#include "centigan/core/error.h"
#include "centigan/diffaug/ada.h"
#include "centigan/diffaug/leaks.h"
#include "diffaug_cases.h"

namespace centigan {
namespace {

using torch::Tensor;

Tensor by_hand_swirl(const Tensor& x, const Tensor& u) {
  return x * (1 + u.view({-1, 1, 1, 1}));
}

std::vector<std::string> step_names(const Augmentation& augmentation) {
  std::vector<std::string> names;
  for (const AugmentStep& step : augmentation.steps()) names.push_back(step.name);
  return names;
}

using Strings = std::vector<std::string>;

TEST(Augmentation, RunsItsPolicyInOneCall) {
  const auto augmentation = make_augmentation("color, translation:ratio=0.2,cutout");
  EXPECT_EQ(augmentation->text(), "color, translation:ratio=0.2,cutout");
  ASSERT_EQ(augmentation->draws(), 7);
  EXPECT_EQ(augmentation->draws(true), 12);
  const Tensor x = golden_picture(), u = draws(2, 7);
  EXPECT_TRUE(augmentation->apply(x, u).equal(diffaug(x, u, "color,translation:ratio=0.2,cutout")));
  EXPECT_EQ(step_names(*augmentation), (Strings{"brightness", "saturation", "contrast", "translation", "cutout"}));
  EXPECT_EQ(augmentation->steps()[3].text, "translation:ratio=0.2");
  EXPECT_EQ(augmentation->steps()[4].text, "cutout");
}

TEST(Augmentation, EmptyPolicyCopies) {
  const auto augmentation = make_augmentation("");
  const Tensor x = golden_picture(), y = augmentation->apply(x, torch::empty({2, 0}));
  EXPECT_EQ(augmentation->draws(true), 0);
  EXPECT_TRUE(y.equal(x) && !y.is_alias_of(x));
  EXPECT_EQ(augmentation->acted(torch::empty({2, 0})).sizes(), (at::IntArrayRef{2, 0}));
}

// Values of all steps in written order, then the gates of those with a probability.
TEST(Augmentation, ColumnsAcrossLibraries) {
  const auto augmentation = make_augmentation("brightness:p=0.3,acme::swirl:p=0.7,translation,contrast:p=0.9");
  ASSERT_EQ(augmentation->value_draws(), 5);
  ASSERT_EQ(augmentation->gate_draws(), 3);
  const Tensor x = golden_picture(), values = draws(2, 5);
  const Tensor gates = torch::tensor({{0.29, 0.71, 0.1}, {0.31, 0.69, 0.95}}).to(torch::kFloat32);
  const Tensor y = augmentation->apply(x, torch::cat({values, gates}, 1));
  const auto value = [&](int64_t first, int64_t count = 1) { return values.narrow(1, first, count); };
  const Tensor first = contrast(translation(brightness(x, value(0)), value(2, 2)), value(4));
  const Tensor second = translation(by_hand_swirl(x, value(1)), value(2, 2));
  EXPECT_TRUE(y[0].equal(first[0]));
  EXPECT_TRUE(y[1].equal(second[1]));
  const Tensor acted = augmentation->acted(torch::cat({values, gates}, 1));
  EXPECT_TRUE(acted.equal(torch::tensor({{1, 0, 1, 1}, {0, 1, 1, 0}}).to(torch::kBool)));
}

TEST(Augmentation, GivenProbabilitiesGateEveryStep) {
  const auto augmentation = make_augmentation("color,acme::twist,cutout");
  ASSERT_EQ(augmentation->draws(true), 12);
  const Tensor x = golden_picture(), u = draws(2, 12), off = torch::zeros({5}), one = torch::tensor(1.0);
  EXPECT_TRUE(augmentation->apply(x, u, {off, {}}).equal(x));
  EXPECT_TRUE(augmentation->apply(x, u, {one, {}}).equal(augmentation->apply(x, u.narrow(1, 0, 7))));
  const Tensor p = torch::tensor({0.0, 0.0, 0.0, 1.0, 0.0}).to(torch::kFloat32);
  const Tensor twisted = x + (u.select(1, 3) - u.select(1, 4)).view({-1, 1, 1, 1});
  EXPECT_TRUE(torch::allclose(augmentation->apply(x, u, {p, {}}).to(torch::kFloat64), twisted.to(torch::kFloat64)));
  EXPECT_TRUE(augmentation->acted(u, p).equal(p.to(torch::kBool).expand({2, 5})));
}

TEST(Augmentation, TwiceDifferentiableThroughAPlugin) {
  const auto augmentation = make_augmentation("brightness,acme::swirl:p=0.5,translation");
  expect_twice_differentiable([&](const Tensor& x, const Tensor& u) { return augmentation->apply(x, u); }, 5);
}

TEST(Augmentation, ParametersAcrossLibraries) {
  const auto augmentation = make_augmentation("acme::twist,acme::swirl:p=0.5,acme::swirl");
  EXPECT_EQ(augmentation->parameter_names(),
            (Strings{"acme::twist.0", "acme::twist.1", "acme::swirl", "acme::swirl-2"}));
  const Tensor x = golden_picture(), u = draws(2, 5);
  const Augmented result = augmentation->apply_with_parameters(x, u);
  EXPECT_TRUE(result.images.equal(augmentation->apply(x, u)));
  EXPECT_TRUE(result.parameters.equal(u.narrow(1, 0, 4)));
  EXPECT_TRUE(result.acted.equal(augmentation->acted(u)));
  EXPECT_EQ(make_augmentation("translation,color")->parameter_names(),
            (Strings{"translation.rows", "translation.columns", "brightness", "saturation", "contrast"}));
}

TEST(Augmentation, ParametersOfOurOwnSteps) {
  const auto augmentation = make_augmentation("brightness,acme::swirl,translation,contrast");
  ASSERT_EQ(augmentation->parameter_names(),
            (Strings{"brightness", "acme::swirl", "translation.rows", "translation.columns", "contrast"}));
  const Tensor x = golden_picture(), u = draws(2, 9), p = torch::tensor({1.0f, 1.0f, 0.0f, 0.4f});
  const Augmented result = augmentation->apply_with_parameters(x, u, {p, {}});
  EXPECT_TRUE(result.images.equal(augmentation->apply(x, u, {p, {}})));
  EXPECT_TRUE(result.parameters.select(1, 0).allclose(u.select(1, 0) - 0.5));
  EXPECT_TRUE(result.parameters.select(1, 1).equal(u.select(1, 1)));
  EXPECT_EQ(result.parameters.narrow(1, 2, 2).abs().sum().item<float>(), 0.0f);  // the shift of a closed gate
  const Tensor contrast = torch::where(u.select(1, 8).lt(0.4), u.select(1, 4) + 0.5, torch::ones({2}));
  EXPECT_TRUE(result.parameters.select(1, 4).allclose(contrast));
  const Augmented one = make_augmentation("color:p=0.5,cutout:p=0.3")->apply_with_parameters(x, draws(2, 9));
  const Tensor flat = diffaug_parameters(x, draws(2, 9), "color:p=0.5,cutout:p=0.3").parameters;
  EXPECT_TRUE(one.acted.to(torch::kFloat32).equal(flat.narrow(1, 5, 4)));
  EXPECT_TRUE(one.parameters.equal(flat.narrow(1, 0, 5)));
}

// brightness 1, bgc 15, swirl 1 columns of values; then 13 gates of bgc and that of swirl.
TEST(Augmentation, AdaBetweenOthers) {
  const auto augmentation = make_augmentation("brightness, ada:bgc:p=0.7,acme::swirl:p=0.4");
  ASSERT_EQ(augmentation->value_draws(), 17);
  ASSERT_EQ(augmentation->gate_draws(), 14);
  EXPECT_EQ(step_names(*augmentation), (Strings{"brightness", "ada:bgc", "acme::swirl"}));
  EXPECT_FALSE(augmentation->takes_noise());
  const Tensor x = golden_picture(), u = draws(2, 31);
  const Tensor own = torch::cat({u.narrow(1, 1, 15), u.narrow(1, 17, 13)}, 1);
  const auto [mid, parameters] = ada_with_parameters(brightness(x, u.narrow(1, 0, 1)), own, "bgc:p=0.7");
  const Tensor acts = u.select(1, 30).lt(0.4).view({-1, 1, 1, 1});
  const Tensor want = torch::where(acts, by_hand_swirl(mid, u.select(1, 16)), mid);
  const Augmented result = augmentation->apply_with_parameters(x, u);
  EXPECT_TRUE(augmentation->apply(x, u).equal(want));
  EXPECT_TRUE(result.images.equal(want));
  EXPECT_TRUE(result.parameters.narrow(1, 1, 15).equal(parameters.narrow(1, 0, 15)));
  EXPECT_EQ(augmentation->parameter_names()[1], "ada:bgc.xflip");
  EXPECT_TRUE(result.acted.select(1, 1).equal(parameters.narrow(1, 15, 13).gt(0).any(1)));
}

TEST(Augmentation, AdaFollowsGivenProbabilities) {
  const auto augmentation = make_augmentation("ada:bgcfnc,cutout");
  ASSERT_EQ(augmentation->draws(true), augmentation->draws() + 1);
  ASSERT_TRUE(augmentation->takes_noise());
  const Tensor x = golden_picture(), u = draws(2, augmentation->draws(true)), noise = filler("n", {2, 3, 8, 8});
  const Tensor off = torch::zeros({2}), some = torch::tensor({0.4f, 0.0f}), p = torch::tensor(0.4f);
  EXPECT_TRUE(augmentation->apply(x, u, {off, noise}).equal(x));
  const int64_t values = augmentation->value_draws(), gates = ada_draws("bgcfnc") - (values - 2);
  const Tensor own = torch::cat({u.narrow(1, 0, values - 2), u.narrow(1, values, gates)}, 1);
  const auto [images, parameters] = ada_with_parameters(x, own, "bgcfnc", p, noise.to(x.scalar_type()));
  EXPECT_TRUE(augmentation->apply(x, u, {some, noise}).equal(images));
  const Tensor acted = parameters.narrow(1, parameters.size(1) - gates, gates).gt(0).any(1);
  EXPECT_TRUE(augmentation->acted(u, some).select(1, 0).equal(acted));
}

TEST(Augmentation, ListedCombinationsAreRead) {
  for (const char* name :
       {"blit", "geom", "color", "filter", "noise", "cutout", "bg", "bgc", "bgcf", "bgcfn", "bgcfnc"})
    EXPECT_EQ(make_augmentation(std::string("ada:") + name)->draws(), ada_draws(name));
}

TEST(Augmentation, EqualStepsAreNumbered) {
  const auto augmentation = make_augmentation("cutout,acme::swirl,cutout:ratio=0.25,acme::swirl");
  EXPECT_EQ(step_names(*augmentation), (Strings{"cutout", "acme::swirl", "cutout-2", "acme::swirl-2"}));
  EXPECT_EQ(augmentation->steps()[2].text, "cutout:ratio=0.25");
  EXPECT_EQ(augmentation->parameter_names()[3], "cutout-2.rows");
}

// The Error of `work`, with its exit code in front.
template <class Work>
std::string refusal_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return (error.code() == ExitCode::kUsage ? "usage " : "failed ") + std::string(error.what());
  }
  return "";
}

TEST(Augmentation, BadPolicyIsAUsageError) {
  const char* const cases[][3] = {
      {"color,tranlation", "no step is called 'tranlation'", "did you mean translation?"},
      {"color,,cutout", "a step is empty", "known are brightness, "},
      {"whirlwind", "no step is called 'whirlwind'", "ada:bgcfnc, acme::"},
      {"acme:swirl", "no step is called 'acme:swirl'", "did you mean acme::swirl?"},
      {"cutout:ration=0.5", "cutout has no option 'ration'", "did you mean ratio?"},
      {"acme::swril", "no operator is called acme::swril", "did you mean acme::swirl?"},
      {"other::thing:p=0.5", "no operator is called other::thing", "load its library with --plugin FILE"},
      {"acme::swirl:ratio=0.5", "acme::swirl has no option 'ratio'", "its one option is p="},
      {"acme::swirl:p=0.5:p=0.6", "acme::swirl has no option 'p=0.6'", "its one option is p="},
      {"acme::swirl:p=2", "acme::swirl: p must be a number from 0 to 1, got '2'", "acme::swirl:p=0.5"},
      {"acme::swirl:p", "p must be a number from 0 to 1, got ''", "acme::swirl:p=0.5"},
      {"acme::lonely", "is no step: acme::lonely(Tensor x) -> Tensor", "acme::lonely(Tensor x, Tensor u) -> Tensor"},
      {"acme::greedy", "acme::greedy_draws() gives no number", "a step is"},
      {"ada", "ada: the combination is empty", "bgcfnc"},
      {"ada:bgd", "ada: no combination is called 'bgd'", "did you mean bg"},
      {"ada:bgc:ratio=1", "ada: 'ratio=1' is no probability", "bgc:p=0.6"},
  };
  for (const auto& [policy, what, hint] : cases) {
    const std::string text = refusal_of([&, p = std::string(policy)] { make_augmentation(p); });
    EXPECT_EQ(text.rfind("usage diffaug: policy '" + std::string(policy) + "': ", 0), 0u) << policy << ": " << text;
    EXPECT_NE(text.find(what), std::string::npos) << policy << ": " << text;
    EXPECT_NE(text.find(hint, text.find("\n  hint: ")), std::string::npos) << policy << ": " << text;
  }
}

TEST(Augmentation, WrongArgumentsAreNamed) {
  const auto augmentation = make_augmentation("brightness,cutout");
  const auto gated = make_augmentation("brightness:p=0.5");
  const Tensor x = golden_picture(), u = draws(2, 3), p = torch::ones({3});
  const std::pair<std::function<void()>, const char*> cases[] = {
      {[&] { make_augmentation("ada:noise")->apply(x, draws(2, 2)); }, "noise must be like x, [2, 3, 8, 8]"},
      {[&] { augmentation->apply(x[0], u); }, "x must be floating [N,C,H,W], got Float [3, 8, 8]"},
      {[&] { augmentation->apply(x.to(torch::kInt), u); }, "x must be floating [N,C,H,W], got Int"},
      {[&] { augmentation->apply(x, draws(2, 4)); }, "u must be [N, 3], got [2, 4]"},
      {[&] { augmentation->apply(x, draws(3, 3)); }, "u has 3 rows for 2 pictures"},
      {[&] { augmentation->apply(x.to(torch::kMeta), u); }, "u is on cpu, x on meta"},
      {[&] {
         augmentation->apply(x, draws(2, 5), {p, {}});
       },
       "p must be [] or [2], got [3]"},
      {[&] {
         gated->apply(x, draws(2, 2), {p[0], {}});
       },
       "brightness has p= of its own, and p is given as well"},
  };
  for (const auto& [call, part] : cases) {
    const std::string text = refusal_of(call);
    EXPECT_EQ(text.rfind("failed diffaug: policy '", 0), 0u) << text;
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
}

TEST(Augmentation, PluginThatGivesSomethingElse) {
  const char* const cases[][2] = {
      {"acme::half", "gave Half [2, 3, 8, 8] on cpu for Float [2, 3, 8, 8] on cpu"},
      {"acme::crop", "gave Float [2, 3, 8, 7] on cpu for Float [2, 3, 8, 8] on cpu"},
      {"acme::away", "gave Float [2, 3, 8, 8] on meta for Float [2, 3, 8, 8] on cpu"},
  };
  for (const auto& [policy, what] : cases) {
    const auto augmentation = make_augmentation(policy);
    const std::string text = refusal_of([&] { augmentation->apply(golden_picture(), draws(2, 1)); });
    EXPECT_EQ(text, "failed diffaug: " + std::string(policy) + ": " + what +
                        "\n  hint: a step gives pictures of the same shape, type and device");
  }
}

TEST(Augmentation, PluginThatFails) {
  const auto augmentation = make_augmentation("acme::throws");
  EXPECT_EQ(refusal_of([&] { augmentation->apply(golden_picture(), draws(2, 1)); }),
            "failed diffaug: acme::throws: failed: the spoon does not exist\n"
            "  hint: compare the pictures with what it takes; `centigan plugins check FILE` tests a plugin");
}

TEST(Leaks, UniformGroupsAboveThePublishedLimit) {
  for (const char* step : {"ada:blit", "ada:geom", "ada:color", "ada:bg", "ada:bgcfnc"}) {
    EXPECT_EQ(leak_note(step, 0.8).level, Leak::kNone) << step;
    EXPECT_EQ(leak_note(step, 0.81).level, Leak::kProne) << step;
  }
  EXPECT_NE(leak_note("ada:color", 1.0).reason.find("hue"), std::string::npos);
}

TEST(Leaks, TracesOfWhatIsAlwaysOn) {
  for (const char* step : {"brightness", "translation:ratio=0.2", "cutout", "ada:noise", "acme::swirl"}) {
    EXPECT_EQ(leak_note(step, 0.99).level, Leak::kNone) << step;
    EXPECT_EQ(leak_note(step, 1.0).level, Leak::kMild) << step;
    EXPECT_FALSE(leak_note(step, 1.0).reason.empty()) << step;
  }
}

TEST(Leaks, GroupsOfCombinations) {
  EXPECT_EQ(ada_groups("bgc"), (Strings{"blit", "geom", "color"}));
  EXPECT_EQ(ada_groups("bgcfnc"), (Strings{"blit", "geom", "color", "filter", "noise", "cutout"}));
  EXPECT_EQ(ada_groups("cutout"), (Strings{"cutout"}));
}

}  // namespace
}  // namespace centigan
