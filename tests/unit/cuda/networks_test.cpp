// The operators of networks: emulated kernels against the CPU's, which unit/nn compares with the definitions.
#include "centigan/nn/ops.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/autograd.h>

#include "cuda_cases.h"

namespace centigan {
namespace {

using at::Tensor;
using OptionalTensor = std::optional<Tensor>;

struct Resampling {
  std::string name;
  OptionalTensor f;
  std::array<int64_t, 2> up, down;
  std::array<int64_t, 4> padding;
  bool flip;
  double gain;
};

Tensor filter_2d(int64_t height, int64_t width) {
  return filler("f", {height, width}) / 4;
}

std::vector<Resampling> resamplings() {
  const Tensor four = filter_2d(4, 4), separable = filler("s", {12}) / 4;
  return {
      {"keep", four, {1, 1}, {1, 1}, {2, 1, 1, 2}, false, 1.0},
      {"double", four, {2, 2}, {1, 1}, {2, 1, 2, 1}, false, 4.0},
      {"double, odd", four, {2, 2}, {1, 1}, {1, 2, -1, 4}, true, 4.0},
      {"halve", four, {1, 1}, {2, 2}, {1, 1, 1, 1}, false, 1.0},
      {"halve, odd", four, {1, 1}, {2, 2}, {0, 3, 4, -1}, true, 0.5},
      {"four, other factors", four, {2, 1}, {1, 3}, {2, 3, 4, 1}, false, 1.0},
      {"two by three", filter_2d(2, 3), {3, 2}, {2, 1}, {1, -1, 2, 0}, true, -1.5},
      {"separable", separable, {2, 2}, {1, 1}, {6, 5, 6, 5}, false, 4.0},
      {"separable, mixed", separable, {3, 1}, {2, 3}, {7, 5, 9, 8}, true, 1.0},
      {"one tap", at::full({1}, 0.75), {2, 2}, {1, 1}, {0, 0, 0, 0}, false, 1.0},
      {"no filter", {}, {2, 3}, {3, 1}, {1, 0, -1, 2}, false, 2.0},
  };
}

Tensor on_cpu(const Tensor& x, const Resampling& r) {
  return upfirdn2d(x, r.f, r.up, r.down, r.padding, r.flip, r.gain);
}
Tensor on_cuda(const Tensor& x, const Resampling& r) {
  return cuda::upfirdn2d(x, r.f, r.up, r.down, r.padding, r.flip, r.gain);
}
Tensor back_on_cuda(const Tensor& grad, at::IntArrayRef sizes, const Resampling& r) {
  return cuda::upfirdn2d_backward(grad, r.f, sizes[2], sizes[3], r.up, r.down, r.padding, r.flip, r.gain);
}

// The adjoint by automatic differentiation of the CPU's operator.
Tensor back_on_cpu(const Tensor& grad, at::IntArrayRef sizes, const Resampling& r) {
  const Tensor x = at::zeros(sizes, grad.options()).requires_grad_();
  return torch::autograd::grad({on_cpu(x, r)}, {x}, {grad})[0];
}

void expect_resampling(const Resampling& r, const PictureCase& item, double slack = 4) {
  const PictureCase named{r.name + ", " + item.name, item.x};
  expect_same([&](const Tensor& x) { return on_cuda(x, r); }, [&](const Tensor& x) { return on_cpu(x, r); }, named,
              slack);
  const Tensor grad =
      filler("grad", on_cpu(item.x, r).sizes()).to(item.x.scalar_type()).contiguous(item.x.suggest_memory_format());
  expect_same([&](const Tensor& g) { return back_on_cuda(g, item.x.sizes(), r); },
              [&](const Tensor& g) { return back_on_cpu(g, item.x.sizes(), r); }, {named.name + ", adjoint", grad},
              slack);
}

TEST(CudaNetworks, Upfirdn2d) {
  for (const Resampling& r : resamplings())
    for (const PictureCase& item : cuda_cases()) expect_resampling(r, item);
}

// Planes of more than one tile, in every type and layout.
TEST(CudaNetworks, Upfirdn2dOfSeveralTiles) {
  for (const Resampling& r : resamplings())
    for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast})
      expect_resampling(r, {"tiles", case_picture("tiles", {3, 2, 29, 37}).contiguous(format)});
  for (const auto type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16})
    for (const int64_t c : {1, 5, 33, 64})
      for (size_t i = 0; i < 5; ++i)
        expect_resampling(resamplings()[i],
                          {std::to_string(c) + " channels",
                           case_picture("many", {1, c, 11, 9}).to(type).contiguous(at::MemoryFormat::ChannelsLast)});
}

Resampling random_resampling(std::mt19937& random) {
  const auto below = [&](int n) { return static_cast<int64_t>(random() % n); };
  Resampling r{"random", {}, {1 + below(3), 1 + below(3)}, {1 + below(3), 1 + below(3)}, {}, random() % 2 == 0, 1.25};
  if (random() % 2) r.up[1] = r.up[0], r.down[1] = r.down[0];
  const unsigned kind = random() % 4;
  if (kind == 1) r.f = filler("r", {1 + below(9)});
  if (kind == 2) r.f = filler("r", {4, 4});
  if (kind == 3) r.f = filler("r", {1 + below(6), 1 + below(6)});
  for (int64_t& side : r.padding) side = below(9) - 3;
  return r;
}

TEST(CudaNetworks, Upfirdn2dWithRandomOptions) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 150;) {
    const Resampling r = random_resampling(random);
    const int64_t c = 1 + random() % 3, h = 1 + random() % 40, w = 1 + random() % 40;
    const bool last = random() % 2 == 0;
    const Tensor x = filler_u64("ux", {2, c, h, w}) - 0.5;
    if (!message_of([&] { on_cpu(x, r); }).empty()) continue;  // padded picture smaller than the filter
    ++trial;
    const auto format = last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
    const std::string name =
        "trial " + std::to_string(trial) +
        c10::str(" ", at::IntArrayRef(r.up), at::IntArrayRef(r.down), at::IntArrayRef(r.padding), x.sizes());
    expect_close(on_cuda(x.contiguous(format), r), on_cpu(x, r), 1e-12, name);
    const Tensor grad = filler_u64("ug", on_cpu(x, r).sizes()) - 0.5;
    expect_close(back_on_cuda(grad.contiguous(format), x.sizes(), r), back_on_cpu(grad, x.sizes(), r), 1e-12, name);
  }
}

TEST(CudaNetworks, Upfirdn2dNamesMistakes) {
  const Tensor x = case_picture("x", {1, 2, 4, 5});
  EXPECT_NE(message_of([&] {
              on_cuda(x, {"", filter_2d(4, 4), {1, 1}, {1, 1}, {-2, 0, 0, 0}, false, 1.0});
            }).find("is smaller than the filter"),
            std::string::npos);
}

const char* const kActs[] = {"linear", "relu", "lrelu", "tanh", "sigmoid", "elu", "selu", "softplus", "swish"};

struct ActCase {
  std::string act;
  double alpha, gain, clamp;  // clamp -1: none

  std::optional<double> limit() const { return clamp >= 0 ? std::optional<double>(clamp) : std::nullopt; }
};

template <class Signature>
auto operator_of(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

// dx and db, from the operator that `call` is, for incoming gradients dy.
template <class Call>
std::tuple<Tensor, Tensor> back(const Call& call, const Tensor& x, const Tensor& b, const Tensor& dy,
                                const ActCase& a) {
  const Tensor y = bias_act(x, b, 1, a.act, a.alpha, a.gain, a.limit());
  const bool needs_y = a.act != "linear" || a.clamp >= 0;
  return call(dy, x, b, needs_y ? OptionalTensor(y) : std::nullopt, 1, a.act, a.alpha, a.gain, a.clamp, true);
}

void expect_bias_act(const ActCase& a, const PictureCase& item) {
  const PictureCase named{a.act + ", " + item.name, item.x};
  const Tensor b = filler("b", {item.x.size(1)}, 0.5);
  expect_same([&](const Tensor& x) { return cuda::bias_act(x, b, 1, a.act, a.alpha, a.gain, a.limit()); },
              [&](const Tensor& x) { return bias_act(x, b, 1, a.act, a.alpha, a.gain, a.limit()); }, named, 4);
  const auto cpu = operator_of<decltype(cuda::bias_act_backward)>("centigan::bias_act_backward");
  const auto cpu_back = [&](auto&&... args) { return cpu.call(args...); };
  const Tensor dy = filler("dy", item.x.sizes()).to(item.x.scalar_type());
  const auto [dx, db] = back(cpu_back, item.x, b, dy, a);
  const Tensor got = emulated([&] { return std::get<0>(back(cuda::bias_act_backward, item.x, b, dy, a)); });
  const double tolerance = 4 * tolerance_of(item.x.scalar_type());
  expect_close(got, dx, tolerance, named.name + ", dx");
  EXPECT_TRUE(got.is_contiguous(item.x.suggest_memory_format())) << named.name;
  expect_close(std::get<1>(back(cuda::bias_act_backward, item.x, b, dy, a)), db, 10 * tolerance, named.name + ", db");
}

TEST(CudaNetworks, BiasAct) {
  for (const char* act : kActs)
    for (const PictureCase& item : cuda_cases()) {
      expect_bias_act({act, 0.3, 1.5, 0.8}, item);
      if (item.name == "odd sizes") expect_bias_act({act, -0.3, -1.2, -1.0}, item);
    }
}

TEST(CudaNetworks, BiasActOfTheSecondOrder) {
  const auto cpu = operator_of<decltype(cuda::bias_act_double_backward)>("centigan::bias_act_double_backward");
  for (const char* act : {"tanh", "sigmoid", "elu", "selu", "softplus", "swish"})
    for (const PictureCase& item : cuda_cases()) {
      const Tensor b = filler("b", {item.x.size(1)}, 0.5), y = bias_act(item.x, b, 1, act, 0.2, 1.5, 0.8);
      const Tensor dy = filler("dy", y.sizes()).to(y.scalar_type()), grad = filler("g", y.sizes()).to(y.scalar_type());
      const Tensor got =
          emulated([&] { return cuda::bias_act_double_backward(grad, dy, item.x, b, y, 1, act, 0.2, 1.5, 0.8); });
      expect_close(got, cpu.call(grad, dy, item.x, b, y, 1, act, 0.2, 1.5, 0.8), 4 * tolerance_of(y.scalar_type()),
                   std::string(act) + ", " + item.name);
    }
}

TEST(CudaNetworks, BiasActAlongAnyDimension) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 60; ++trial) {
    std::vector<int64_t> shape;
    for (unsigned dims = 1 + random() % 4; dims > 0; --dims) shape.push_back(1 + random() % 9);
    const int64_t dim = random() % shape.size();
    const ActCase a{kActs[random() % 9], 0.2, 1.3, random() % 2 ? 0.9 : -1.0};
    const Tensor x = filler_u64("bx", shape) - 0.5, b = filler_u64("bb", {shape[dim]});
    expect_close(cuda::bias_act(x, b, dim, a.act, a.alpha, a.gain, a.limit()),
                 bias_act(x, b, dim, a.act, a.alpha, a.gain, a.limit()), 1e-12, a.act);
    const Tensor view = x.flatten().slice(0, 1);  // does not start at a multiple of 16 bytes
    expect_close(cuda::bias_act(view, {}, 0, a.act, a.alpha, a.gain, a.limit()),
                 bias_act(view, {}, 0, a.act, a.alpha, a.gain, a.limit()), 1e-12, a.act);
  }
}

TEST(CudaNetworks, BiasActNamesMistakes) {
  const Tensor x = case_picture("x", {1, 2, 4, 5});
  EXPECT_NE(message_of([&] { cuda::bias_act(x, {}, 1, "gelu", {}, {}, {}); }).find("unknown activation"),
            std::string::npos);
}

Tensor scaled(const Tensor& x, const Tensor& s, const OptionalTensor& added) {
  const Tensor y = x * s.unsqueeze(2).unsqueeze(3).to(x.scalar_type());
  return added ? y + added->to(x.scalar_type()) : y;
}

TEST(CudaNetworks, ChannelScale) {
  for (const PictureCase& item : cuda_cases()) {
    const auto sizes = item.x.sizes();
    const Tensor s = filler("s", {sizes[0], sizes[1]}), own = filler("a", {sizes[0], 1, sizes[2], sizes[3]});
    for (const OptionalTensor& added :
         {OptionalTensor(), OptionalTensor(own), OptionalTensor(filler("a", sizes.slice(2)))})
      expect_same([&](const Tensor& x) { return cuda::channel_scale(x, s, added); },
                  [&](const Tensor& x) { return scaled(x, s, added); }, item, 2);
  }
}

TEST(CudaNetworks, ChannelDot) {
  std::vector<PictureCase> cases = cuda_cases();
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast})
    cases.push_back({"several parts", case_picture("parts", {2, 35, 70, 60}).contiguous(format)});
  for (const PictureCase& item : cases) {
    const Tensor s = filler("s", {item.x.size(0), item.x.size(1)});
    const Tensor other = filler("other", item.x.sizes()).to(item.x.scalar_type());
    const Tensor want = (item.x.to(at::kDouble) * other.to(at::kDouble)).sum({2, 3});
    const double tolerance = item.x.scalar_type() == at::kDouble ? 1e-12 : 1e-5;
    expect_close(emulated([&] { return cuda::channel_dot(item.x, other); }), want, tolerance, item.name);
    const auto [by_x, by_s] = cuda::channel_scale_backward(item.x, other, s);
    expect_close(by_s, want, tolerance, item.name);
    expect_close(by_x, scaled(item.x.to(at::kDouble), s, {}), 2 * tolerance_of(item.x.scalar_type()), item.name);
  }
}

// Words of the generator from the runtime's specification (docs/cgm-format.md), quantiles of them from ATen.
TEST(CudaNetworks, NormalRows) {
  const Tensor rows = emulated([] { return cuda::normal_rows(at::tensor({0, 1, 0, 1, 1}, at::kLong), 1, 1025); });
  ASSERT_EQ(rows.sizes(), (std::vector<int64_t>{5, 1025}));
  EXPECT_TRUE(rows[0].equal(rows[2]) && rows[1].equal(rows[4]) && !rows[0].equal(rows[1]));
  const Tensor words = at::tensor({double(0xe8de5dc1), double(0x461e61e4), double(0xcb9175b4), double(0xc2805662)});
  expect_close(rows[1].slice(0, 0, 4), at::special_ndtri((words + 0.5) * 0x1p-32), 1e-6, "seed 1, stream 1");
  EXPECT_NEAR(rows[1].mean().item<double>(), 0.0, 0.1);
  EXPECT_NEAR(rows[1].std().item<double>(), 1.0, 0.1);
  EXPECT_EQ(cuda::normal_rows(at::tensor({4}, at::kLong), 1, 0).numel(), 0);
}

}  // namespace
}  // namespace centigan
