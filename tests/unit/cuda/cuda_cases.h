// What every emulated CUDA operator is tested for.
#pragma once
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "../../support/filler.h"
#include "../../support/op_cases.h"
#include "binding/operators.h"
#include "cuda_on_host.h"

namespace centigan {

using TensorMaker = std::function<at::Tensor()>;

// The result, the same for both orders of the threads of a block.
inline at::Tensor emulated(const TensorMaker& call) {
  cuda_on_host::backwards = false;
  const at::Tensor forwards = call();
  cuda_on_host::backwards = true;
  const at::Tensor other = call();
  cuda_on_host::backwards = false;
  EXPECT_TRUE(at::equal(forwards.nan_to_num(77), other.nan_to_num(77))) << "depends on the order of threads";
  return forwards;
}

// The cases of every operator, and sizes of which rows are whole packets of 16 bytes.
inline std::vector<PictureCase> cuda_cases(int64_t c = 3) {
  std::vector<PictureCase> cases = picture_cases(c);
  for (const auto type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    const at::Tensor x = case_picture("packets", {2, c, 6, 24}).to(type);
    cases.push_back({std::string("rows of packets ") + c10::toString(type), x});
    cases.push_back(
        {std::string("pixels of packets ") + c10::toString(type), x.contiguous(at::MemoryFormat::ChannelsLast)});
  }
  return cases;
}

// call(x) against want(x in double); type and layout as promised, x untouched.
inline void expect_same(const PictureOp& call, const PictureOp& want, const PictureCase& item, double slack = 1) {
  const at::Tensor before = item.x.clone(), y = emulated([&] { return call(item.x); });
  EXPECT_EQ(y.scalar_type(), item.x.scalar_type()) << item.name;
  expect_close(y, want(item.x.to(at::kDouble).contiguous()), slack * tolerance_of(item.x.scalar_type()), item.name);
  EXPECT_TRUE(y.is_contiguous(item.x.suggest_memory_format())) << item.name;
  EXPECT_TRUE(item.x.equal(before) && (y.numel() == 0 || !y.is_alias_of(item.x))) << item.name;
}

// <A x, y> = <x, A* y>.
inline void expect_adjoint(const PictureOp& linear, const PictureOp& adjoint, at::IntArrayRef shape,
                           const std::string& what, double tolerance = 1e-11) {
  const at::Tensor x = filler_u64("ax", shape) - 0.5, y = filler_u64("ay", shape) - 0.5;
  const double there = (linear(x) * y).sum().item<double>(), back = (x * adjoint(y)).sum().item<double>();
  const double scale = x.norm().item<double>() * y.norm().item<double>();
  EXPECT_LE(std::abs(there - back), tolerance * scale) << what;
}

}  // namespace centigan
