// What the fused engine promises for every policy.
#include <cstring>

#include "fused_cases.h"

namespace centigan {
namespace {

using torch::Tensor;

double inner_product(const Tensor& a, const Tensor& b) {
  return (a * b).sum().item<double>();
}

TEST(Fused, AdjointOfTheLinearPart) {
  RandomPolicies policies(1);
  for (int i = 0; i < 1000; ++i) {
    const RandomPolicy item = policies.next();
    const Tensor y = policies.uniform(item.x.sizes()) - 0.5;
    const Tensor forward = diffaug_linear(item.x, item.u, item.text, item.p);
    const Tensor backward = diffaug_backward(y, item.u, item.text, item.p);
    const double scale = (forward.norm() * y.norm() + item.x.norm() * backward.norm()).item<double>();
    EXPECT_LE(std::abs(inner_product(forward, y) - inner_product(item.x, backward)), 1e-10 * scale) << item.text;
  }
}

TEST(Fused, LinearPartIsTheDifference) {
  RandomPolicies policies(2);
  for (int i = 0; i < 300; ++i) {
    const RandomPolicy item = policies.next();
    const Tensor difference = apply(item, item.x) - apply(item, torch::zeros_like(item.x));
    expect_close(diffaug_linear(item.x, item.u, item.text, item.p), difference, 1e-12, item.text);
  }
}

// Each picture in each type; half types round once, at the end.
TEST(Fused, SameAsTheCompositionOfReferences) {
  RandomPolicies policies(3);
  for (int i = 0; i < 300; ++i) {
    const RandomPolicy item = policies.next();
    for (const auto type : {torch::kFloat64, torch::kFloat32, torch::kFloat16, torch::kBFloat16}) {
      const Tensor x = item.x.to(type), wide = x.to(torch::kFloat64), u = item.u.to(torch::kFloat32);
      const RandomPolicy typed = {item.text, x, u, item.p, item.channels_last};
      const double tolerance = 3 * tolerance_of(type);
      const auto policy = fused_policy(item.text);
      expect_close(apply(typed, x), fused_ref(wide, u, *policy, item.p, FusedMap::kValue), tolerance, item.text);
      expect_close(diffaug_linear(x, u, item.text, item.p), fused_ref(wide, u, *policy, item.p, FusedMap::kLinear),
                   tolerance, item.text);
      expect_close(diffaug_backward(x, u, item.text, item.p), fused_ref(wide, u, *policy, item.p, FusedMap::kAdjoint),
                   tolerance, item.text);
    }
  }
}

TEST(Fused, EveryLayoutAndNumberOfChannels) {
  const std::string policy = "translation:ratio=0.3,color,cutout:ratio=0.4,contrast";
  for (const int64_t c : {1, 2, 3, 4, 5})
    for (const PictureCase& item : picture_cases(c)) {
      const Tensor u = draws(item.x.size(0), 8), before = item.x.clone(), wide = item.x.to(torch::kFloat64);
      const Tensor y = diffaug(item.x, u, policy),
                   want = fused_ref(wide, u, *fused_policy(policy), {}, FusedMap::kValue);
      expect_close(y, want, 2 * tolerance_of(item.x.scalar_type()), item.name);
      EXPECT_EQ(y.strides(), at::empty_like(item.x, item.x.options(), item.x.suggest_memory_format()).strides());
      EXPECT_TRUE(item.x.equal(before) && (y.numel() == 0 || !y.is_alias_of(item.x))) << item.name;
    }
}

TEST(Fused, SlicesAreReadInPlace) {
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const Tensor whole = case_picture("whole", {6, 3, 20, 22}).contiguous(format);
    const Tensor part = whole.slice(0, 1, 6, 2).slice(2, 3, 17).slice(3, 5, 20), u = draws(3, 7);
    EXPECT_TRUE(diffaug(part, u, "color,translation,cutout")
                    .equal(diffaug(part.contiguous(format), u, "color,translation,cutout")));
  }
}

// Tall, wide, and larger than a block of sums; as many threads as pictures, more, and fewer.
TEST(Fused, ThreadsAndBlocksChangeNothing) {
  const int threads = at::get_num_threads();
  for (const std::vector<int64_t>& shape :
       std::vector<std::vector<int64_t>>{{1, 3, 200, 150}, {5, 1, 3, 3000}, {2, 4, 2000, 9}}) {
    const Tensor x = case_picture("large", shape), u = draws(shape[0], 9);
    const std::string policy = "contrast,translation,color,cutout,contrast";
    const Tensor want = fused_ref(x.to(torch::kFloat64), u, *fused_policy(policy), {}, FusedMap::kValue);
    at::set_num_threads(1);
    const Tensor serial = diffaug(x, u, policy), back = diffaug_backward(x, u, policy);
    expect_close(serial, want, 3e-6);
    for (const int count : {2, 3, 4, 7}) {
      at::set_num_threads(count);
      EXPECT_TRUE(diffaug(x, u, policy).equal(serial) && diffaug_backward(x, u, policy).equal(back)) << count;
    }
    at::set_num_threads(threads);
  }
}

bool same_bits(const Tensor& a, const Tensor& b) {
  const Tensor x = a.contiguous(), y = b.contiguous();
  return x.nbytes() == y.nbytes() && std::memcmp(x.const_data_ptr(), y.const_data_ptr(), x.nbytes()) == 0;
}

// Minus zero, infinities, NaN with a payload.
Tensor picture_with_rare_values(at::ScalarType type) {
  Tensor bits = torch::arange(2 * 3 * 6 * 5 * 4, torch::kInt64).mul(2654435761).bitwise_and(0xffff).to(torch::kInt16);
  if (type == torch::kFloat16 || type == torch::kBFloat16)
    return bits.slice(0, 0, 180).contiguous().view(type).view({2, 3, 6, 5});
  Tensor x = bits.contiguous().view(type).slice(0, 0, 180).clone().view({2, 3, 6, 5});
  x[0][0][0][0] = -0.0, x[0][1][2][3] = std::nan(""), x[1][0][0][0] = -INFINITY;
  return x;
}

TEST(Fused, NothingActsIsTheIdentityBitForBit) {
  const std::string policy = "color,translation,cutout";
  for (const auto type : {torch::kFloat64, torch::kFloat32, torch::kFloat16, torch::kBFloat16}) {
    const Tensor x = picture_with_rare_values(type), u = draws(2, 12), p = torch::zeros({5});
    EXPECT_TRUE(same_bits(diffaug(x, u, policy, p), x) && same_bits(diffaug(x, u, policy, torch::tensor(0.0)), x));
    EXPECT_TRUE(same_bits(diffaug(x, draws(2, 12), "color:p=0,translation:p=0,cutout:p=0"), x));
    EXPECT_TRUE(same_bits(diffaug_backward(x, u, policy, p), x) && same_bits(diffaug_linear(x, u, policy, p), x));
    EXPECT_TRUE(same_bits(diffaug(x, torch::empty({2, 0}), ""), x));
    EXPECT_FALSE(diffaug(x, u, policy, p).is_alias_of(x));
  }
}

TEST(Fused, ProbabilityOneIsThePlainPolicyBitForBit) {
  RandomPolicies policies(4);
  const std::string policy = "color,translation,cutout";
  for (const auto type : {torch::kFloat64, torch::kFloat32, torch::kFloat16, torch::kBFloat16}) {
    const Tensor x = (policies.uniform({3, 3, 9, 11}) - 0.5).to(type);
    const Tensor u = policies.uniform({3, 12}).to(torch::kFloat32), plain = diffaug(x, u.slice(1, 0, 7), policy);
    EXPECT_TRUE(same_bits(diffaug(x, u, policy, torch::ones({5})), plain));
    EXPECT_TRUE(same_bits(diffaug(x, torch::ones({3, 12}), policy, torch::tensor(1.0)),
                          diffaug(x, torch::ones({3, 7}), policy)));
  }
}

TEST(Fused, LinearAndBackwardAreOperatorsWithGradients) {
  const std::string policy = "contrast,translation:ratio=0.4,saturation,cutout:p=0.7,contrast";
  const DrawnOp linear = [&](const Tensor& x, const Tensor& u) { return diffaug_linear(x, u, policy); };
  const DrawnOp backward = [&](const Tensor& x, const Tensor& u) { return diffaug_backward(x, u, policy); };
  const DrawnOp whole = [&](const Tensor& x, const Tensor& u) { return diffaug(x, u, policy); };
  for (const auto& [name, op] : {std::pair<const char*, DrawnOp>{"diffaug_linear", linear},
                                 {"diffaug_backward", backward},
                                 {"diffaug", whole}}) {
    expect_twice_differentiable(op, 8);
    expect_no_gradient_for_draws(op, 8);
    expect_draws_and_threads_change_nothing(op, 8);
    expect_meta_agrees(op, 8);
    expect_errors(name, op, 8);
  }
}

TEST(Fused, ManySteps) {
  std::string policy = "brightness";
  for (int i = 0; i < 60; ++i)
    policy += i % 3 == 0 ? ",contrast" : i % 3 == 1 ? ",translation:ratio=0.02" : ",cutout:ratio=0.1";
  const Tensor x = case_picture("many", {2, 3, 40, 40}).to(torch::kFloat64), u = draws(2, diffaug_draws(policy));
  expect_close(diffaug(x, u, policy), fused_ref(x, u, *fused_policy(policy), {}, FusedMap::kValue), 1e-11);
  expect_close(diffaug_backward(x, u, policy), fused_ref(x, u, *fused_policy(policy), {}, FusedMap::kAdjoint), 1e-11);
}

TEST(Fused, DrawsThatAreNotNumbers) {
  const Tensor x = case_picture("x", {5, 3, 8, 8});
  for (const auto type : {torch::kFloat32, torch::kFloat64}) {
    Tensor u = draws(5, 7).to(type);
    u[3][6] = std::nan("");
    const std::string want = "u has a NaN in row 3", policy = "color,translation,cutout";
    const Tensor y = x.to(type);
    EXPECT_EQ(message_of([&] { diffaug(y, u, policy); }), "diffaug: " + want);
    EXPECT_EQ(message_of([&] { diffaug_linear(y, u, policy); }), "diffaug_linear: " + want);
    EXPECT_EQ(message_of([&] { diffaug_backward(y, u, policy); }), "diffaug_backward: " + want);
    EXPECT_EQ(message_of([&] { diffaug_parameters(y, u, policy); }), "diffaug.parameters: " + want);
    EXPECT_EQ(message_of([&] { cutout(y, u.slice(1, 5)); }), "cutout: " + want);
    EXPECT_EQ(message_of([&] { brightness(y, u.slice(1, 6)); }), "brightness: " + want);
  }
  EXPECT_EQ(message_of([&] { diffaug(x, draws(5, 2), "contrast", torch::tensor(std::nan(""))); }),
            "diffaug: p has a NaN");
}

// What devices without kernels run, and how it treats NaN.
TEST(Fused, ReferencesTakeNaNAsZero) {
  const Tensor x = case_picture("x", {2, 3, 8, 8});
  const Tensor u = torch::full({2, 7}, std::nan("")), zero = torch::zeros({2, 7});
  const auto policy = fused_policy("color,translation,cutout");
  EXPECT_TRUE(fused_ref(x, u, *policy, {}, FusedMap::kValue).equal(fused_ref(x, zero, *policy, {}, FusedMap::kValue)));
}

}  // namespace
}  // namespace centigan
