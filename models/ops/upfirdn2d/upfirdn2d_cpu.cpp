#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <vector>

#include "common/dense.h"
#include "upfirdn2d/upfirdn2d_kernel.h"
#include "upfirdn2d/upfirdn2d_options.h"

namespace centigan {
namespace {

using at::IntArrayRef, at::Tensor, c10::SymInt;
using OptionalTensor = std::optional<Tensor>;

// A filter as the kernel wants it: correlation, gain included, a sum of column times row.
struct SplitFilter {
  std::vector<double> rows, columns;
  int64_t terms, width, height;
};

// Column and row through the smallest value that is not zero: for [1,3,3,1] both stay exact. Products of two float32
// are exact in double, so the test whether the filter is their product is, too.
bool split_separable(const Tensor& f, SplitFilter& split) {
  const auto taps = f.accessor<double, 2>();
  int64_t p = -1, q = -1;
  for (int64_t i = 0; i < f.size(0); ++i)
    for (int64_t j = 0; j < f.size(1); ++j)
      if (taps[i][j] != 0.0 && (p < 0 || std::abs(taps[i][j]) < std::abs(taps[p][q]))) p = i, q = j;
  if (p < 0) return false;
  for (int64_t i = 0; i < f.size(0); ++i)
    for (int64_t j = 0; j < f.size(1); ++j)
      if (taps[i][j] * taps[p][q] != taps[i][q] * taps[p][j]) return false;
  for (int64_t i = 0; i < f.size(0); ++i) split.columns.push_back(taps[i][q]);
  for (int64_t j = 0; j < f.size(1); ++j) split.rows.push_back(taps[p][j] / taps[p][q]);
  split.terms = 1;
  return true;
}

SplitFilter split_filter(const OptionalTensor& filter, bool reversed, double gain) {
  Tensor f = filter ? filter->detach().to(at::kDouble).contiguous() : at::ones({1}, at::kDouble);
  const int64_t height = f.size(0), width = f.size(-1);
  if (reversed) f = f.dim() == 1 ? f.flip(0) : f.flip({0, 1});
  SplitFilter split{{}, {}, 1, width, height};
  const double* taps = f.const_data_ptr<double>();
  if (f.dim() == 1) {
    split.rows.assign(taps, taps + width);
    split.columns = split.rows;
  } else if (!split_separable(f, split)) {
    split.terms = height;
    split.rows.assign(taps, taps + height * width);
    split.columns.assign(height * height, 0.0);
    for (int64_t k = 0; k < height; ++k) split.columns[k * height + k] = 1.0;
  }
  for (double& value : split.columns) value *= gain;
  return split;
}

// y is allocated in the layout of x.
Tensor run_upfirdn2d(const Tensor& picture, const Tensor& result, const SplitFilter& filter, UpfirdnParams params) {
  if (result.numel() == 0) return result;
  const Tensor x = dense(picture), y = result.scalar_type() == at::kHalf ? result.to(at::kFloat) : result;
  const bool channels_last = x.suggest_memory_format() == at::MemoryFormat::ChannelsLast;
  params.inner = channels_last ? x.size(1) : 1;
  params.terms = filter.terms, params.rows = filter.rows.data(), params.columns = filter.columns.data();
  const int64_t lines = x.size(0) * x.size(1) / params.inner * y.size(2);
  with_storage_type(x, [&](auto type) {
    using T = decltype(type);
    at::parallel_for(0, lines, thread_share(y.size(3) * params.inner), [&](int64_t begin, int64_t end) {
      upfirdn2d_kernel_cpu(data<T>(x), mutable_data<T>(y), params, begin, end);
    });
  });
  return y.to(result.scalar_type());
}

Tensor upfirdn2d_cpu(const Tensor& x, const OptionalTensor& f, IntArrayRef up, IntArrayRef down, IntArrayRef padding,
                     bool flip_filter, double gain) {
  const UpfirdnOptions o = upfirdn_options(up, down, padding);
  const Tensor y = empty_upfirdn2d(x, f, o);
  const SplitFilter filter = split_filter(f, !flip_filter, gain);
  UpfirdnParams params{};
  params.x = {x.size(3), y.size(3), o.up_x, o.down_x, o.x0, filter.width};
  params.y = {x.size(2), y.size(2), o.up_y, o.down_y, o.y0, filter.height};
  return run_upfirdn2d(x, y, filter, params);
}

Tensor upfirdn2d_backward_cpu(const Tensor& grad, const OptionalTensor& f, SymInt height, SymInt width, IntArrayRef up,
                              IntArrayRef down, IntArrayRef padding, bool flip_filter, double gain) {
  const UpfirdnOptions o = upfirdn_options(up, down, padding);
  const Tensor dx = empty_upfirdn2d_backward(grad, height, width);
  const SplitFilter filter = split_filter(f, flip_filter, gain);
  UpfirdnParams params{};
  params.x = {grad.size(3), dx.size(3), o.down_x, o.up_x, filter.width - 1 - o.x0, filter.width};
  params.y = {grad.size(2), dx.size(2), o.down_y, o.up_y, filter.height - 1 - o.y0, filter.height};
  return run_upfirdn2d(grad, dx, filter, params);
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("upfirdn2d", upfirdn2d_cpu);
  m.impl("upfirdn2d_backward", upfirdn2d_backward_cpu);
}

}  // namespace
}  // namespace centigan
