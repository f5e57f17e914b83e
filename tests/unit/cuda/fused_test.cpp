#include "cuda_cases.h"
#include "fused/fused_policy.h"
#include "fused/fused_ref.h"

namespace centigan {
namespace {

using at::Tensor;

const std::vector<std::string> kPolicies = {
    "",
    "color,translation,cutout",
    "translation:ratio=0.3,cutout:ratio=0.4",
    "brightness,saturation",
    "cutout,contrast,translation:ratio=0.4,contrast,cutout:ratio=0.3,brightness,contrast",
    "color:p=0.5,translation:p=0.5,cutout:p=0.6"};

Tensor draws_for(int64_t n, const std::string& policy) {
  const auto read = fused_policy(policy);
  return filler_u64("draws" + policy, {n, read->draw_columns + read->gates}).to(at::kFloat);
}

Tensor reference(const Tensor& x, const Tensor& u, const std::string& policy, FusedMap map) {
  return fused_ref(x, u, *fused_policy(policy), {}, map);
}

void expect_policy(const std::string& policy, int64_t c) {
  for (const PictureCase& item : cuda_cases(c)) {
    const Tensor u = draws_for(item.x.size(0), policy);
    const PictureCase named{policy + ", " + item.name, item.x};
    const auto want = [&](FusedMap map) { return [&, map](const Tensor& x) { return reference(x, u, policy, map); }; };
    expect_same([&](const Tensor& x) { return cuda::diffaug(x, u, policy); }, want(FusedMap::kValue), named, 4);
    expect_same([&](const Tensor& x) { return cuda::diffaug_linear(x, u, policy, {}); }, want(FusedMap::kLinear), named,
                4);
    expect_same([&](const Tensor& x) { return cuda::diffaug_backward(x, u, policy, {}); }, want(FusedMap::kAdjoint),
                named, 4);
  }
}

TEST(CudaFused, MatchesTheReferenceOnEveryCase) {
  for (const std::string& policy : kPolicies) expect_policy(policy, 3);
}

TEST(CudaFused, MatchesTheReferenceForOtherNumbersOfChannels) {
  for (const int64_t c : {1, 4}) expect_policy("color,translation,cutout,contrast", c);
}

TEST(CudaFused, SumsOfManyBlocks) {
  const std::string policy = "color,cutout,contrast";
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const Tensor x = case_picture("large", {2, 3, 40, 104}).contiguous(format), u = draws_for(2, policy);
    expect_same([&](const Tensor& t) { return cuda::diffaug(t, u, policy); },
                [&](const Tensor& t) { return reference(t, u, policy, FusedMap::kValue); }, {"large", x}, 4);
  }
}

// With one step in the middle of 1 or 2, this and that gate, sizes from one pixel.
std::string random_policy(std::mt19937& random) {
  const char* words[] = {"brightness", "saturation", "contrast", "translation", "cutout"};
  std::string text;
  for (int steps = 1 + static_cast<int>(random() % 6); steps > 0; --steps) {
    const unsigned word = random() % 5;
    text += (text.empty() ? "" : ",") + std::string(words[word]);
    if (word >= 3) text += ":ratio=0." + std::to_string(random() % 10);
    if (random() % 3 == 0) text += ":p=0.5";
  }
  return text;
}

TEST(CudaFused, AdjointOfRandomPolicies) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 100; ++trial) {
    const std::string policy = random_policy(random);
    const int64_t n = 1 + random() % 2, c = 1 + random() % 4, h = 1 + random() % 9, w = 1 + random() % 9;
    const Tensor u = filler_u64(std::to_string(trial), draws_for(n, policy).sizes());
    const auto name = policy + " " + std::to_string(c) + "x" + std::to_string(h) + "x" + std::to_string(w);
    expect_adjoint([&](const Tensor& x) { return cuda::diffaug_linear(x, u, policy, {}); },
                   [&](const Tensor& y) { return cuda::diffaug_backward(y, u, policy, {}); }, {n, c, h, w}, name,
                   1e-12);
    const Tensor x = filler_u64("rx", {n, c, h, w}), y = cuda::diffaug(x, u, policy);
    expect_close(y, reference(x, u, policy, FusedMap::kValue), 1e-12, name);
  }
}

TEST(CudaFused, ProbabilityZeroIsTheIdentityBitForBit) {
  for (const auto type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    Tensor x = case_picture("bits", {2, 3, 5, 8}).to(type);
    x.flatten()[0] = -0.0, x.flatten()[1] = std::nan(""), x.flatten()[2] = INFINITY;
    const std::string policy = "color,translation,cutout";
    const Tensor u = filler_u64("gates", {2, 12}).to(at::kFloat);
    for (const Tensor& p : {at::zeros({}), at::zeros({5})}) {
      const Tensor y = cuda::diffaug_p(x, u, policy, p);
      EXPECT_EQ(std::memcmp(y.data_ptr(), x.data_ptr(), x.nbytes()), 0) << c10::toString(type);
    }
  }
}

TEST(CudaFused, ProbabilitiesOfTheCall) {
  const std::string policy = "brightness,translation,contrast";
  const Tensor x = case_picture("x", {8, 3, 6, 8}), u = filler_u64("pu", {8, 7}).to(at::kFloat);
  for (const Tensor& p : {at::full({}, 0.5), at::tensor({0.0, 1.0, 0.5}, at::kDouble)}) {
    const Tensor want = fused_ref(x.to(at::kDouble), u, *fused_policy(policy), p, FusedMap::kValue);
    expect_close(emulated([&] { return cuda::diffaug_p(x, u, policy, p); }), want, 1e-5);
  }
}

TEST(CudaFused, ParametersAreThoseOfTheReference) {
  const std::string policy = "color:p=0.5,translation,cutout:p=0.4";
  const Tensor x = case_picture("x", {9, 3, 7, 12});
  for (const auto type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    const Tensor u = draws_for(9, policy).to(type);
    if (type == at::kDouble) continue;  // u is float32 or x's type
    const auto [y, parameters] = cuda::diffaug_parameters(x.to(type), u, policy, {});
    EXPECT_TRUE(at::allclose(parameters, fused_parameters_ref(u, *fused_policy(policy), {}, 7, 12), 0, 1e-6));
    EXPECT_TRUE(at::equal(y, cuda::diffaug(x.to(type), u, policy)));
  }
}

// NaN counts as 0: the same picture, and (address sanitizer) nothing outside is touched. So do draws below 0 and
// above 1.
TEST(CudaFused, BrokenDrawsStayInside) {
  for (const std::string& policy : kPolicies) {
    const Tensor x = case_picture("x", {2, 3, 6, 8}), zero = at::zeros_like(draws_for(2, policy));
    for (const double broken : {std::nan(""), -3.0, 7.0, 1e30, -1e30, double(INFINITY)}) {
      const Tensor y = emulated([&] { return cuda::diffaug(x, at::full_like(zero, broken), policy); });
      cuda::diffaug_backward(x, at::full_like(zero, broken), policy, {});
      EXPECT_TRUE(!std::isnan(broken) || at::equal(y, cuda::diffaug(x, zero, policy))) << policy;
    }
  }
}

TEST(CudaFused, PoliciesTooLongForAKernelTakeTheReference) {
  std::string policy = "brightness";
  for (int32_t i = 1; i <= kMaxDeviceSteps; ++i) policy += ",contrast";
  const Tensor x = case_picture("x", {2, 3, 4, 5}), u = draws_for(2, policy);
  expect_close(cuda::diffaug(x, u, policy), reference(x.to(at::kDouble), u, policy, FusedMap::kValue), 1e-5);
}

TEST(CudaFused, MistakesAreNamed) {
  const Tensor x = case_picture("x", {2, 3, 4, 5});
  EXPECT_NE(message_of([&] { cuda::diffaug(x, draws_for(3, "color"), "color"); }).find("u must be [2, 3]"),
            std::string::npos);
  EXPECT_NE(message_of([&] { cuda::diffaug(x, draws_for(2, ""), "colour"); }).find("did you mean color"),
            std::string::npos);
}

}  // namespace
}  // namespace centigan
