#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "common/pictures.h"
#include "fused/fused_kernel.h"
#include "fused/fused_policy.h"

namespace centigan {
namespace {

using at::Tensor;
using Probabilities = std::optional<Tensor>;

// Keeps alive what a task points to.
struct FusedCall {
  std::shared_ptr<const FusedPolicy> policy;
  std::vector<FusedStep> steps;
  Tensor x, u, p, y;
  FusedTask task = {};
};

Element element_of(at::ScalarType type) {
  if (type == at::kDouble) return Element::kDouble;
  if (type == at::kHalf) return Element::kHalf;
  return type == at::kBFloat16 ? Element::kBfloat : Element::kFloat;
}

// x itself where a kernel can read it in place: columns, or (channels-last) whole pixels, side by side.
Tensor readable(const Tensor& x, bool channels_last) {
  const int64_t step = channels_last ? x.size(1) : 1;
  const bool in_place = (x.size(3) == 1 || x.stride(3) == step) && (!channels_last || x.stride(1) == 1);
  return in_place ? x : x.contiguous(x.suggest_memory_format());
}

void describe_draws(FusedCall& call, const Tensor& u, const Probabilities& p) {
  call.u = (u.scalar_type() == at::kDouble ? u : u.to(at::kFloat)).contiguous();
  call.task.u_double = u.scalar_type() == at::kDouble, call.task.draws = u.size(1);
  call.task.u = call.u.const_data_ptr();
  if (!p) return;
  call.p = p->to(at::kFloat).contiguous();
  call.task.p = call.p.const_data_ptr<float>(), call.task.p_stride = call.p.dim() == 0 ? 0 : 1;
}

void describe_pictures(FusedCall& call, const Tensor& x) {
  FusedTask& task = call.task;
  task.interleaved = x.suggest_memory_format() == at::MemoryFormat::ChannelsLast;
  call.x = readable(x, task.interleaved);
  call.y = empty_pictures(x);
  task.n = x.size(0), task.c = x.size(1), task.h = x.size(2), task.w = x.size(3);
  task.x_picture = call.x.stride(0), task.x_channel = call.x.stride(1), task.x_row = call.x.stride(2);
  task.x = call.x.const_data_ptr(), task.y = call.y.mutable_data_ptr();
  task.element = element_of(x.scalar_type()), task.bytes = static_cast<int32_t>(x.element_size());
}

// NaN would be no shift, no hole and no factor. A policy of one step is named by its word, as the operators are.
void check_draws(const char* op, const FusedCall& call) {
  const int64_t row = row_with_nan(call.task);
  const std::vector<PolicyStep>& steps = call.policy->steps;
  TORCH_CHECK(row < 0, steps.size() == 1 ? steps[0].op.c_str() : op, ": u has a NaN in row ", row);
  TORCH_CHECK(!call.p.defined() || !call.p.isnan().any().item<bool>(), op, ": p has a NaN");
}

FusedCall describe(const char* op, const Tensor& x, const Tensor& u, std::string_view text, const Probabilities& p,
                   FusedMap map) {
  FusedCall call;
  call.policy = fused_policy(text);
  check_fused(op, *call.policy, text, x, u, p);
  call.steps = fused_steps(*call.policy, p.has_value(), x.size(2), x.size(3));
  call.task.steps = call.steps.data(), call.task.count = static_cast<int32_t>(call.steps.size());
  call.task.adjoint = map == FusedMap::kAdjoint, call.task.constants = map == FusedMap::kValue;
  describe_pictures(call, x);
  describe_draws(call, u, p);
  check_draws(op, call);
  return call;
}

// By pictures where there are enough for all threads, else by blocks of rows.
void run(const FusedTask& task) {
  const int64_t picture = task.c * task.h * task.w, threads = at::in_parallel_region() ? 1 : at::get_num_threads();
  if (task.n == 0 || picture == 0) return;
  if (task.n % threads == 0 || task.n >= 2 * threads || task.n * picture < 2 * thread_share(1)) {
    at::parallel_for(0, task.n, thread_share(picture),
                     [&](int64_t begin, int64_t end) { fused_pictures(task, begin, end); });
    return;
  }
  FusedRounds rounds(task);
  at::parallel_for(0, rounds.units(), 1, [&](int64_t begin, int64_t end) { rounds.sum(begin, end); });
  rounds.solve();
  at::parallel_for(0, rounds.units(), 1, [&](int64_t begin, int64_t end) { rounds.write(begin, end); });
}

Tensor mapped(const char* op, const Tensor& x, const Tensor& u, std::string_view policy, const Probabilities& p,
              FusedMap map) {
  const FusedCall call = describe(op, x, u, policy, p, map);
  run(call.task);
  return call.y;
}

std::tuple<Tensor, Tensor> mapped_with_parameters(const Tensor& x, const Tensor& u, std::string_view policy,
                                                  const Probabilities& p) {
  const FusedCall call = describe("diffaug.parameters", x, u, policy, p, FusedMap::kValue);
  run(call.task);
  const int64_t columns = call.policy->draw_columns + call.task.count;
  const Tensor parameters = at::empty({x.size(0), columns}, x.options().dtype(at::kFloat));
  fused_parameters(call.task, columns, parameters.mutable_data_ptr<float>());
  return {call.y, parameters};
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("diffaug", [](const Tensor& x, const Tensor& u, std::string_view policy) {
    return mapped("diffaug", x, u, policy, {}, FusedMap::kValue);
  });
  m.impl("diffaug.p", [](const Tensor& x, const Tensor& u, std::string_view policy, const Tensor& p) {
    return mapped("diffaug", x, u, policy, p, FusedMap::kValue);
  });
  m.impl("diffaug.parameters", mapped_with_parameters);
  m.impl("diffaug_linear", [](const Tensor& x, const Tensor& u, std::string_view policy, const Probabilities& p) {
    return mapped("diffaug_linear", x, u, policy, p, FusedMap::kLinear);
  });
  m.impl("diffaug_backward", [](const Tensor& grad, const Tensor& u, std::string_view policy, const Probabilities& p) {
    return mapped("diffaug_backward", grad, u, policy, p, FusedMap::kAdjoint);
  });
}

}  // namespace
}  // namespace centigan
