// What every operator of DiffAugment is tested for.
#pragma once
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "../../support/filler.h"
#include "../../support/gradcheck.h"
#include "../../support/op_cases.h"
#include "centigan/diffaug/ops.h"

namespace centigan {

using DrawnOp = std::function<torch::Tensor(const torch::Tensor& x, const torch::Tensor& u)>;

inline torch::Tensor draws(int64_t n, int64_t k) {
  return filler_u64("u", {n, k}).to(torch::kFloat32);
}

// The picture of the DiffAugment goldens.
inline torch::Tensor golden_picture() {
  return filler("da", {2, 3, 8, 8}, 0.5);
}

inline torch::Tensor column(std::initializer_list<double> values) {
  return torch::tensor(std::vector<double>(values), torch::kFloat32).view({-1, 1});
}

// A draw in the middle of those that give `value` out of first ... first + count - 1.
inline double draw_for(int64_t value, int64_t first, int64_t count) {
  return (static_cast<double>(value - first) + 0.5) / static_cast<double>(count);
}

// The kernel against the reference on every case, layouts kept, input untouched and not aliased.
inline void expect_same_as_reference(const DrawnOp& op, const DrawnOp& reference, int64_t k) {
  for (const PictureCase& item : picture_cases()) {
    const torch::Tensor u = draws(item.x.size(0), k), before = item.x.clone();
    const torch::Tensor y = op(item.x, u);
    EXPECT_EQ(y.scalar_type(), item.x.scalar_type()) << item.name;
    expect_close(y, reference(item.x.to(torch::kFloat64), u), tolerance_of(item.x.scalar_type()), item.name);
    const bool last = item.name == "channels-last";
    EXPECT_TRUE(y.is_contiguous(last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous)) << item.name;
    EXPECT_TRUE(item.x.equal(before) && (y.numel() == 0 || !y.is_alias_of(item.x))) << item.name;
  }
}

// u of x's type means the same as float32 draws of the same value; one and four threads give the same bits.
inline void expect_draws_and_threads_change_nothing(const DrawnOp& op, int64_t k) {
  const torch::Tensor x = filler("x", {2, 3, 5, 7}), u = draws(2, k).to(torch::kBFloat16);
  EXPECT_TRUE(op(x.to(torch::kBFloat16), u).equal(op(x.to(torch::kBFloat16), u.to(torch::kFloat32))));
  const torch::Tensor large = filler("large", {3, 3, 96, 101});
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const torch::Tensor serial = op(large, draws(3, k));
  at::set_num_threads(4);
  EXPECT_TRUE(op(large, draws(3, k)).equal(serial));
  at::set_num_threads(threads);
}

// First and second order, and that the second is not silently zero: d/dv of <A(v), w> is the forward operator on w.
inline void expect_twice_differentiable(const DrawnOp& op, int64_t k) {
  const torch::Tensor x = filler("gx", {2, 3, 4, 5}), u = draws(2, k);
  const TensorFunction f = [&](const std::vector<torch::Tensor>& in) { return op(in[0], u); };
  EXPECT_EQ(gradcheck(f, {x}), "");
  EXPECT_EQ(gradgradcheck(f, {x}), "");
  const torch::Tensor leaf = x.clone().requires_grad_(), v = filler("v", {2, 3, 4, 5}).requires_grad_();
  const torch::Tensor dx = torch::autograd::grad({op(leaf, u)}, {leaf}, {v}, true, true)[0];
  const torch::Tensor dv = torch::autograd::grad({dx.square().sum()}, {v})[0];
  EXPECT_GT(dv.abs().sum().item<double>(), 0.0);
}

inline void expect_no_gradient_for_draws(const DrawnOp& op, int64_t k) {
  const torch::Tensor x = filler("gx", {2, 3, 4, 5}).requires_grad_(), u = draws(2, k).requires_grad_();
  const auto grads = torch::autograd::grad({op(x, u).sum()}, {x, u}, {}, false, false, /*allow_unused=*/true);
  EXPECT_TRUE(grads[0].defined());
  EXPECT_FALSE(grads[1].defined());
}

inline void expect_meta_agrees(const DrawnOp& op, int64_t k) {
  for (const PictureCase& item : picture_cases()) {
    const torch::Tensor u = draws(item.x.size(0), k), y = op(item.x, u);
    const torch::Tensor meta = op(item.x.to(torch::kMeta), u.to(torch::kMeta));
    EXPECT_EQ(meta.sizes(), y.sizes()) << item.name;
    EXPECT_EQ(meta.strides(), y.strides()) << item.name;
    EXPECT_EQ(meta.scalar_type(), y.scalar_type()) << item.name;
  }
}

inline void expect_errors(const std::string& name, const DrawnOp& op, int64_t k) {
  const torch::Tensor x = golden_picture(), u = draws(2, k);
  const std::string columns = std::to_string(k), wide = std::to_string(k + 1);
  EXPECT_EQ(message_of([&] { op(x[0], u); }), name + ": x must be [N,C,H,W], got 3 dimensions");
  EXPECT_EQ(message_of([&] { op(x.to(torch::kInt), u); }),
            name + ": x must be float32, float64, float16 or bfloat16, got Int");
  EXPECT_EQ(message_of([&] { op(x, draws(2, k + 1)); }),
            name + ": u must be [2, " + columns + "], got [2, " + wide + "]");
  EXPECT_EQ(message_of([&] { op(x, draws(3, k)); }),
            name + ": u must be [2, " + columns + "], got [3, " + columns + "]");
  EXPECT_EQ(message_of([&] { op(x, u.to(torch::kFloat64)); }),
            name + ": u must be float32 or Float like x, got Double");
  EXPECT_EQ(message_of([&] { op(x.to(torch::kMeta), u); }), name + ": u is on cpu, x on meta");
}

inline void expect_well_behaved(const std::string& name, const DrawnOp& op, const DrawnOp& reference, int64_t k) {
  expect_same_as_reference(op, reference, k);
  expect_draws_and_threads_change_nothing(op, k);
  expect_twice_differentiable(op, k);
  expect_no_gradient_for_draws(op, k);
  expect_meta_agrees(op, k);
  expect_errors(name, op, k);
}

}  // namespace centigan
