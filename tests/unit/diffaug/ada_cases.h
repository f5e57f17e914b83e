// What the stages of ADA are tested for.
#pragma once
#include "ada/reference.h"
#include "centigan/diffaug/ada.h"
#include "diffaug_cases.h"

namespace centigan {

// A stage whose parameters come from k uniform draws a picture, so that the cases of the other operators serve. Types,
// layouts, threads, first and second order, shapes without data.
inline void expect_stage_well_behaved(const DrawnOp& op, const DrawnOp& reference, int64_t k) {
  expect_same_as_reference(op, reference, k);
  expect_draws_and_threads_change_nothing(op, k);
  expect_twice_differentiable(op, k);
  expect_no_gradient_for_draws(op, k);
  expect_meta_agrees(op, k);
}

// <A x, y> = <x, A* y> in float64, A* by automatic differentiation of op.
inline void expect_adjoint(const PictureOp& op, const torch::Tensor& picture, const std::string& what = "") {
  const torch::Tensor x = picture.to(torch::kFloat64).requires_grad_(), y = op(x);
  const torch::Tensor linear = y.detach() - op(torch::zeros_like(x)).detach();
  const torch::Tensor weights = filler_u64("adjoint", y.sizes()) - 0.5;
  const torch::Tensor back = torch::autograd::grad({y}, {x}, {weights})[0];
  const double one = (linear * weights).sum().item<double>(), other = (x.detach() * back).sum().item<double>();
  const double scale = (linear * weights).abs().sum().item<double>() + 1e-300;
  EXPECT_LE(std::abs(one - other), 1e-10 * scale) << what;
}

// What every stage checks in x and in a parameter `name` of the given shape behind N.
inline void expect_stage_errors(const std::string& name, const std::string& parameter, const DrawnOp& op,
                                std::vector<int64_t> shape) {
  const torch::Tensor x = golden_picture();
  const std::vector<int64_t> inner = shape;
  shape.insert(shape.begin(), 2);
  const torch::Tensor good = torch::zeros(shape);
  EXPECT_EQ(message_of([&] { op(x[0], good); }), name + ": x must be [N,C,H,W], got 3 dimensions");
  EXPECT_EQ(message_of([&] { op(x.to(torch::kInt), good); }),
            name + ": x must be float32, float64, float16 or bfloat16, got Int");
  shape[0] = 3;
  const std::string wrong = message_of([&] { op(x, torch::zeros(shape)); });
  EXPECT_EQ(wrong.find(name + ": " + parameter + " must be [2"), 0u) << wrong;
  EXPECT_EQ(message_of([&] { op(x, good.to(torch::kFloat64)); }),
            name + ": " + parameter + " must be float32 or Float like x, got Double");
  EXPECT_EQ(message_of([&] { op(x.to(torch::kMeta), good); }), name + ": " + parameter + " is on cpu, x on meta");
}

}  // namespace centigan
