#include "common/reference.h"
#include "diffaug_cases.h"

namespace centigan {
namespace {

using torch::Tensor;

// The rows of a white picture that are not white throughout: {first, last}.
std::pair<int64_t, int64_t> hole_rows(int64_t size, double u, double ratio = 0.5) {
  const Tensor y = cutout(torch::ones({1, 1, size, size}), torch::tensor({{u, 0.5}}, torch::kFloat32), ratio);
  const Tensor rows = y[0][0].sum(1).ne(size).nonzero();
  return {rows.min().item<int64_t>(), rows.max().item<int64_t>()};
}

TEST(Cutout, WellBehaved) {
  for (const double ratio : {0.5, 0.3, 0.0, 1.0}) {
    const DrawnOp op = [=](const Tensor& x, const Tensor& u) { return cutout(x, u, ratio); };
    const DrawnOp reference = [=](const Tensor& x, const Tensor& u) { return cutout_ref(x, u, ratio); };
    expect_same_as_reference(op, reference, 2);
    if (ratio < 1.0) expect_well_behaved("cutout", op, reference, 2);
  }
}

TEST(Cutout, Golden) {  // A5: rows (0, 7), columns (8, 3) out of 0 ... 8
  const Tensor u = torch::tensor({{draw_for(0, 0, 9), draw_for(8, 0, 9)}, {draw_for(7, 0, 9), draw_for(3, 0, 9)}});
  const Tensor x = golden_picture();
  Tensor want = x.clone();
  want[0].slice(1, 0, 2).slice(2, 6, 8).zero_();
  want[1].slice(1, 5, 8).slice(2, 1, 5).zero_();
  EXPECT_TRUE(cutout(x, u.to(torch::kFloat32)).equal(want));
}

TEST(Cutout, SizeOfTheHole) {  // A9
  for (const auto& [size, c] : {std::pair<int64_t, int64_t>{32, 16}, {64, 32}, {256, 128}}) {
    EXPECT_EQ(hole_rows(size, 0.5), std::make_pair(size / 2 - c / 2, size / 2 + c / 2 - 1));
    EXPECT_EQ(hole_rows(size, 0.0), std::make_pair(int64_t{0}, c / 2 - 1));
    EXPECT_EQ(hole_rows(size, 1.0 - 1.0 / (1 << 24)), std::make_pair(size - c / 2, size - 1));
  }
  EXPECT_EQ(hole_rows(10, 0.0), std::make_pair(int64_t{0}, int64_t{2}));  // c = 5 is odd: centres 0 ... 9
  EXPECT_EQ(hole_rows(10, 1.0), std::make_pair(int64_t{7}, int64_t{9}));
}

TEST(Cutout, RemovesWhatIsNotANumber) {
  const Tensor x = torch::full({1, 1, 8, 8}, std::nan(""));
  EXPECT_EQ(cutout(x, draws(1, 2), 1.0).isnan().sum().item<int64_t>() % 8, 0);
  EXPECT_LT(cutout(x, torch::full({1, 2}, 0.5), 0.5).isnan().sum().item<int64_t>(), 64);
}

TEST(Cutout, Errors) {
  EXPECT_EQ(message_of([&] { cutout(golden_picture(), draws(2, 2), 1.01); }),
            "cutout: ratio must be from 0 to 1, got 1.01");
}

}  // namespace
}  // namespace centigan
