#include "common/reference.h"
#include "diffaug_cases.h"

namespace centigan {
namespace {

using torch::Tensor;

Tensor shift_draws(const std::vector<int64_t>& rows, const std::vector<int64_t>& columns, int64_t s) {
  Tensor u = torch::empty({static_cast<int64_t>(rows.size()), 2});
  for (size_t n = 0; n < rows.size(); ++n) {
    u[n][0] = draw_for(rows[n], -s, 2 * s + 1);
    u[n][1] = draw_for(columns[n], -s, 2 * s + 1);
  }
  return u;
}

// Where the one in the middle of a black picture went: {row, column} of out relative to x.
std::pair<int64_t, int64_t> shift_of(int64_t h, int64_t w, double u_row, double u_column, double ratio = 0.125) {
  Tensor x = torch::zeros({1, 1, h, w});
  x[0][0][h / 2][w / 2] = 1;
  const int64_t at =
      translation(x, torch::tensor({{u_row, u_column}}, torch::kFloat32), ratio).argmax().item<int64_t>();
  return {h / 2 - at / w, w / 2 - at % w};
}

TEST(Translation, WellBehaved) {
  for (const double ratio : {0.125, 0.4, 0.0, 1.0}) {
    const DrawnOp op = [=](const Tensor& x, const Tensor& u) { return translation(x, u, ratio); };
    const DrawnOp reference = [=](const Tensor& x, const Tensor& u) { return translation_ref(x, u, ratio); };
    expect_well_behaved("translation", op, reference, 2);
  }
}

TEST(Translation, Golden) {  // A4
  const Tensor x = golden_picture();
  const Tensor y = translation(x, shift_draws({1, -1}, {-1, 0}, 1));
  EXPECT_EQ(y[0].select(1, 7).abs().sum().item<double>(), 0.0);
  EXPECT_EQ(y[0].select(2, 0).abs().sum().item<double>(), 0.0);
  EXPECT_EQ(y[0][0][3][3].item<float>(), x[0][0][4][2].item<float>());
  EXPECT_TRUE(y[1].slice(1, 1).equal(x[1].slice(1, 0, 7)));
}

TEST(Translation, RangeOfTheShift) {  // A9
  const double below_one = 1.0 - 1.0 / (1 << 24);
  for (const auto& [size, s] : {std::pair<int64_t, int64_t>{32, 4}, {64, 8}, {256, 32}, {8, 1}, {12, 2}}) {
    EXPECT_EQ(shift_of(size, size, 0.0, below_one), std::make_pair(-s, s)) << size;
    EXPECT_EQ(shift_of(size, 2 * size, below_one, 0.0), std::make_pair(s, -shift_of(2 * size, 8, below_one, 0).first));
  }
}

TEST(Translation, DrawsOutsideTheRangeStayInside) {  // a draw just below 1 may become 1 in a half type
  EXPECT_EQ(shift_of(32, 32, 1.0, -0.5), std::make_pair(int64_t{4}, int64_t{-4}));
  EXPECT_EQ(shift_of(32, 32, -7.0, 7.0), std::make_pair(int64_t{-4}, int64_t{4}));
}

TEST(Translation, Errors) {
  const Tensor x = golden_picture(), u = draws(2, 2);
  EXPECT_EQ(message_of([&] { translation(x, u, -0.1); }), "translation: ratio must be from 0 to 1, got -0.1");
  EXPECT_EQ(message_of([&] { translation(x.to(torch::kMeta), u.to(torch::kMeta), 1.5); }),
            "translation: ratio must be from 0 to 1, got 1.5");
}

}  // namespace
}  // namespace centigan
