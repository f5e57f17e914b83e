// DiffAugment forward and backward, three peers a size: the fused operators, the composition of their references in
// plain ATen calls, and copying the batch once forward and once backward, which is the least that can be done. The last
// column of a row is pictures a second; the ratio of two rows of one size and number of threads is what counts.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <torch/csrc/autograd/autograd.h>

#include "centigan/core/device.h"
#include "centigan/diffaug/ops.h"
#include "common/reference.h"

namespace centigan {
namespace {

using at::Tensor;

struct Batch {
  Tensor x, u, weight;
};

void fused(const Batch& batch, const char* policy) {
  const Tensor u = batch.u.narrow(1, 0, diffaug_draws(policy));
  benchmark::DoNotOptimize(torch::autograd::grad({diffaug(batch.x, u, policy)}, {batch.x}, {batch.weight}));
}

void plain_aten(const Batch& batch, const char*) {
  const auto column = [&](int64_t first, int64_t count) { return batch.u.narrow(1, first, count); };
  const Tensor colored =
      contrast_ref(saturation_ref(brightness_ref(batch.x, column(0, 1)), column(1, 1)), column(2, 1));
  const Tensor y = cutout_ref(translation_ref(colored, column(3, 2), 0.125), column(5, 2), 0.5);
  benchmark::DoNotOptimize(torch::autograd::grad({y}, {batch.x}, {batch.weight}));
}

void copies(const Batch& batch, const char*) {
  const at::NoGradGuard guard;
  benchmark::DoNotOptimize(batch.x.clone());
  benchmark::DoNotOptimize(batch.weight.clone());
}

void forward_and_backward(benchmark::State& state, void (*work)(const Batch&, const char*), const char* policy,
                          at::ScalarType type, at::MemoryFormat layout) {
  prepare_process();
  at::set_num_threads(static_cast<int>(state.range(2)));
  const int64_t count = state.range(0), side = state.range(1);
  Batch batch = {at::rand({count, 3, side, side}).to(type).contiguous(layout).requires_grad_(true),
                 at::rand({count, 7}), Tensor()};
  batch.weight = at::rand_like(batch.x);
  for (auto _ : state) work(batch, policy);
  state.SetItemsProcessed(state.iterations() * count);
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->UseRealTime();
  for (const int64_t threads : {1, 2})
    for (const auto& [count, side] : {std::pair<int64_t, int64_t>{64, 32}, {64, 64}, {16, 256}, {64, 256}})
      benchmark->Args({count, side, threads});
}

constexpr const char* kPolicy = "color,translation,cutout";
constexpr auto kContiguous = at::MemoryFormat::Contiguous, kLast = at::MemoryFormat::ChannelsLast;

BENCHMARK_CAPTURE(forward_and_backward, fused, fused, kPolicy, at::kFloat, kContiguous)->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, copies, copies, kPolicy, at::kFloat, kContiguous)->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, plain_aten, plain_aten, kPolicy, at::kFloat, kContiguous)->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, fused_last, fused, kPolicy, at::kFloat, kLast)->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, fused_bf16, fused, kPolicy, at::kBFloat16, kContiguous)->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, copies_bf16, copies, kPolicy, at::kBFloat16, kContiguous)->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, fused_half, fused, kPolicy, at::kHalf, kContiguous)->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, fused_moves, fused, "translation,cutout", at::kFloat, kContiguous)
    ->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, fused_color, fused, "color", at::kFloat, kContiguous)->Apply(sizes);

}  // namespace
}  // namespace centigan
