#include "centigan/diffaug/ada.h"
#include "ada_geometry/ada_geometry_cuda.h"
#include "binding/pictures.h"
#include "cuda_cases.h"

namespace centigan {
namespace {

using at::Tensor;

// Rotated, scaled and shifted by some pixels; the first picture stays as it is where `first_identity`.
Tensor matrices(int64_t n, bool first_identity = false) {
  const Tensor r = filler_u64("matrices", {n, 4}) - 0.5;
  Tensor g = at::zeros({n, 3, 3}, at::kDouble);
  for (int64_t i = 0; i < n; ++i) {
    const double angle = 6 * r[i][0].item<double>(), scale = 1 + r[i][1].item<double>();
    g[i] = at::tensor({scale * std::cos(angle), -std::sin(angle), 4 * r[i][2].item<double>(), std::sin(angle),
                       std::cos(angle) / scale, 4 * r[i][3].item<double>(), 0.0, 0.0, 1.0})
               .view({3, 3});
  }
  if (first_identity && n > 0) g[0] = at::eye(3, at::kDouble);
  return g;
}

void expect_op(const std::function<Tensor(const Tensor&)>& call, const std::function<Tensor(const Tensor&)>& cpu,
               const PictureCase& item, double slack) {
  expect_same(call, cpu, item, slack);
}

TEST(CudaAda, Geometry) {
  for (const PictureCase& item : cuda_cases()) {
    const Tensor g = matrices(item.x.size(0), true), f = g.to(at::kFloat);
    const Tensor& used = item.x.scalar_type() == at::kDouble ? g : f;
    const Tensor wide = used.to(at::kDouble);
    expect_op([&](const Tensor& x) { return cuda::ada_geometry(x, used); },
              [&](const Tensor& x) { return ada_geometry(x, wide); }, item, 10);
    expect_op([&](const Tensor& x) { return cuda::ada_geometry_backward(x, used); },
              [&](const Tensor& x) { return ada_geometry_backward(x, wide); }, item, 10);
  }
}

TEST(CudaAda, GeometryOfSeveralTilesAndChannels) {
  for (const int64_t c : {1, 5}) {
    const PictureCase item{"large", case_picture("large", {2, c, 37, 45})};
    const Tensor g = matrices(2).to(at::kFloat), wide = g.to(at::kDouble);
    expect_op([&](const Tensor& x) { return cuda::ada_geometry(x, g); },
              [&](const Tensor& x) { return ada_geometry(x, wide); }, item, 10);
    expect_op([&](const Tensor& x) { return cuda::ada_geometry_backward(x, g); },
              [&](const Tensor& x) { return ada_geometry_backward(x, wide); }, item, 10);
  }
}

TEST(CudaAda, GeometryOfMatricesThatNobodyWants) {
  const Tensor x = case_picture("x", {1, 2, 5, 7}).to(at::kDouble);
  const double rows[][6] = {{0, 0, 0, 0, 0, 0},           {1, 0, 0, 1, 0, 0},       {0, 0, 1.5, 0, 1, 0},
                            {1e-9, 1, 0, 1, 1e-9, 0},     {9, 0, 0, 0, 9, 0},       {1e12, -1e12, 0, 1e12, 1e12, 3},
                            {1, 0, 1e15, 0, 1, -1e15},    {0.1, 0, 0, 0, 0.1, 0},   {-1, 0, 0, 0, 1, 0},
                            {1e-30, 1e-30, 2, 0, 1, 0.5}, {1, 1, 0, 1, 1, 0.00001}, {0.3, 5, -2, 0, 0.01, 6}};
  for (const auto& row : rows) {
    const Tensor g = at::zeros({1, 3, 3}, at::kDouble);
    for (int i = 0; i < 6; ++i) g.data_ptr<double>()[i] = row[i];
    const std::string name = std::to_string(row[0]) + " " + std::to_string(row[1]) + " " + std::to_string(row[2]);
    expect_op([&](const Tensor& t) { return cuda::ada_geometry(t, g); },
              [&](const Tensor& t) { return ada_geometry(t, g); }, {name, x}, 100);
    expect_op([&](const Tensor& t) { return cuda::ada_geometry_backward(t, g); },
              [&](const Tensor& t) { return ada_geometry_backward(t, g); }, {name, x}, 100);
    const Tensor f = x.to(at::kFloat);
    cuda::ada_geometry(f, g.to(at::kFloat));
    cuda::ada_geometry_backward(f, g.to(at::kFloat));
  }
}

TEST(CudaAda, GeometryThatIsNotFiniteGivesZeros) {
  const Tensor x = case_picture("x", {2, 3, 5, 7});
  for (const double broken : {std::nan(""), double(INFINITY), -double(INFINITY)})
    for (int64_t i = 0; i < 6; ++i) {
      const Tensor g = matrices(2).to(at::kFloat);
      g.data_ptr<float>()[i] = static_cast<float>(broken);
      EXPECT_EQ(cuda::ada_geometry(x, g)[0].abs().max().item<float>(), 0);
      EXPECT_EQ(cuda::ada_geometry_backward(x, g)[0].abs().max().item<float>(), 0);
      EXPECT_TRUE(cuda::ada_geometry(x, g)[1].isfinite().all().item<bool>());
    }
}

TEST(CudaAda, GeometryInPartsIsTheSame) {
  const Tensor g = matrices(5), x = case_picture("parts", {5, 2, 6, 7}).to(at::kDouble), y = at::empty_like(x);
  cuda::AdaGeometryCall call = {cuda::shape_of(x), cuda::Element::kDouble, cuda::view_of(x), cuda::view_of(y),
                                g.const_data_ptr<double>()};
  call.part_bytes = 2 * 2 * 22 * 24 * 8;  // two pictures at a time
  const int64_t bytes = cuda::ada_geometry_scratch_bytes(call, true);
  EXPECT_EQ(bytes, static_cast<int64_t>(sizeof(AdaMargins)) + call.part_bytes);
  const Tensor scratch = at::empty({bytes}, at::kByte);
  call.scratch = scratch.data_ptr();
  EXPECT_EQ(cuda::launch_ada_geometry_backward(call, nullptr), 0);
  EXPECT_TRUE(at::equal(y, cuda::ada_geometry_backward(x, g)));
}

TEST(CudaAda, Color) {
  for (const int64_t c : {1, 3, 4})
    for (const PictureCase& item : cuda_cases(c)) {
      const Tensor m = filler("c", {item.x.size(0), 4, 4}), wide = m.to(at::kDouble);
      expect_op([&](const Tensor& x) { return cuda::ada_color(x, m); },
                [&](const Tensor& x) { return ada_color(x, wide); }, item, 8);
      const Tensor same = at::eye(4).expand({item.x.size(0), 4, 4});
      EXPECT_TRUE(at::equal(cuda::ada_color(item.x, same), item.x));
    }
}

TEST(CudaAda, Filter) {
  for (const PictureCase& item : cuda_cases()) {
    const Tensor gains = filler("gains", {item.x.size(0), 4}, 0.5) + 1, wide = gains.to(at::kDouble);
    expect_op([&](const Tensor& x) { return cuda::ada_filter(x, gains); },
              [&](const Tensor& x) { return ada_filter(x, wide); }, item, 8);
    expect_op([&](const Tensor& x) { return cuda::ada_filter_backward(x, gains); },
              [&](const Tensor& x) { return ada_filter_backward(x, wide); }, item, 8);
    EXPECT_TRUE(at::equal(cuda::ada_filter(item.x, at::ones({item.x.size(0), 4})), item.x));
  }
}

TEST(CudaAda, FilterOfPicturesBothSmallerAndLargerThanItsTaps) {
  for (const auto& [h, w] : {std::pair<int64_t, int64_t>{1, 1}, {2, 3}, {1, 60}, {21, 22}, {50, 48}}) {
    const PictureCase item{std::to_string(h) + "x" + std::to_string(w),
                           case_picture("f", {1, 2, h, w}).to(at::kDouble)};
    const Tensor gains = at::tensor({0.5, 1.5, 2.0, 0.7}, at::kDouble).view({1, 4});
    expect_op([&](const Tensor& x) { return cuda::ada_filter(x, gains); },
              [&](const Tensor& x) { return ada_filter(x, gains); }, item, 10);
    expect_op([&](const Tensor& x) { return cuda::ada_filter_backward(x, gains); },
              [&](const Tensor& x) { return ada_filter_backward(x, gains); }, item, 10);
  }
}

TEST(CudaAda, Noise) {
  for (const PictureCase& item : cuda_cases()) {
    const Tensor noise = filler("noise", item.x.sizes()).to(item.x.scalar_type());
    Tensor sigma = filler("sigma", {item.x.size(0)}, 0.2).abs();
    if (sigma.numel() > 1) sigma[1] = 0;
    expect_op([&](const Tensor& x) { return cuda::ada_noise(x, noise, sigma); },
              [&](const Tensor& x) { return ada_noise(x, noise.to(at::kDouble), sigma.to(at::kDouble)); }, item, 2);
  }
}

TEST(CudaAda, Cutout) {
  for (const PictureCase& item : cuda_cases())
    for (const double size : {0.0, 0.3, 0.5, 1.0, 3.0}) {
      const Tensor centre = filler_u64("centre", {item.x.size(0), 2}).to(at::kFloat);
      const Tensor each = at::full({item.x.size(0)}, size, at::kFloat), all = at::full({}, size, at::kFloat);
      for (const Tensor& s : {each, all})
        expect_op([&](const Tensor& x) { return cuda::ada_cutout(x, centre, s); },
                  [&](const Tensor& x) { return ada_cutout(x, centre.to(at::kDouble), s.to(at::kDouble)); }, item, 1);
    }
}

// Where the edge of the box falls exactly on the middle of a pixel, rounding decides as on the CPU.
TEST(CudaAda, CutoutDecidesEdgesAsTheCpuDoes) {
  const Tensor x = at::ones({1, 1, 7, 12}, at::kDouble);
  for (int step = 0; step <= 48; ++step)
    for (const double size : {0.25, 1.0 / 3, 0.5, 7.0 / 12}) {
      const Tensor centre = at::tensor({step / 48.0, 1 - step / 42.0}, at::kDouble).view({1, 2});
      const Tensor s = at::full({}, size, at::kDouble);
      EXPECT_TRUE(at::equal(cuda::ada_cutout(x, centre, s), ada_cutout(x, centre, s))) << step << " " << size;
    }
  const Tensor nowhere = at::full({1, 2}, std::nan(""), at::kDouble);
  EXPECT_TRUE(at::equal(cuda::ada_cutout(x, nowhere, at::full({}, 0.5, at::kDouble)), x));
}

TEST(CudaAda, Adjoints) {
  for (const auto& [h, w] : {std::pair<int64_t, int64_t>{1, 1}, {1, 9}, {8, 8}, {7, 12}}) {
    const Tensor g = matrices(2), gains = (filler_u64("gains", {2, 4}) + 0.5);
    const std::string name = std::to_string(h) + "x" + std::to_string(w);
    expect_adjoint([&](const Tensor& x) { return cuda::ada_geometry(x, g); },
                   [&](const Tensor& y) { return cuda::ada_geometry_backward(y, g); }, {2, 2, h, w},
                   "geometry " + name);
    expect_adjoint([&](const Tensor& x) { return cuda::ada_filter(x, gains); },
                   [&](const Tensor& y) { return cuda::ada_filter_backward(y, gains); }, {2, 2, h, w},
                   "filter " + name);
  }
}

}  // namespace
}  // namespace centigan
