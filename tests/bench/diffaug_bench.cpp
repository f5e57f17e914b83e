// DiffAugment forward and backward: our operators next to their references in plain ATen calls, which are the peer.
// The last column of a row is pictures a second; the ratio of two rows of one size is what counts.
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>
#include <torch/csrc/autograd/autograd.h>

#include "centigan/core/device.h"
#include "centigan/diffaug/ops.h"
#include "common/reference.h"

namespace centigan {
namespace {

at::Tensor ours(const at::Tensor& x, const at::Tensor& u) {
  return diffaug(x, u, "color,translation,cutout");
}

at::Tensor plain(const at::Tensor& x, const at::Tensor& u) {
  const auto column = [&](int64_t first, int64_t count) { return u.slice(1, first, first + count); };
  auto y = contrast_ref(saturation_ref(brightness_ref(x, column(0, 1)), column(1, 1)), column(2, 1));
  return cutout_ref(translation_ref(y, column(3, 2), 0.125), column(5, 2), 0.5);
}

void forward_and_backward(benchmark::State& state, at::Tensor (*augment)(const at::Tensor&, const at::Tensor&)) {
  prepare_process();
  const int64_t count = state.range(0), side = state.range(1);
  const auto x = at::rand({count, 3, side, side}).requires_grad_(true), u = at::rand({count, 7});
  const auto weight = at::rand_like(x);
  for (auto _ : state) benchmark::DoNotOptimize(torch::autograd::grad({(augment(x, u) * weight).sum()}, {x}));
  state.SetItemsProcessed(state.iterations() * count);
}

BENCHMARK_CAPTURE(forward_and_backward, ours, ours)->Args({16, 32})->Args({16, 64})->Args({16, 256});
BENCHMARK_CAPTURE(forward_and_backward, plain_aten, plain)->Args({16, 32})->Args({16, 64})->Args({16, 256});

}  // namespace
}  // namespace centigan
