#include "fused/fused_cuda.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "binding/operators.h"
#include "binding/pictures.h"
#include "fused/fused_policy.h"
#include "fused/fused_ref.h"

namespace centigan::cuda {
namespace {

using at::Tensor;

// Keeps alive what a call points to.
struct HeldCall {
  Tensor x, u, p, y, scratch;
  FusedCall call = {};
};

void describe_policy(FusedCall& call, const std::vector<FusedStep>& steps, const FusedPolicy& policy) {
  std::copy(steps.begin(), steps.end(), call.policy.steps);
  call.policy.count = static_cast<int32_t>(steps.size());
  call.policy.draw_columns = static_cast<int32_t>(policy.draw_columns);
  for (const FusedStep& step : steps) call.contrasts += step.kind == StepKind::kContrast;
}

void describe_draws(HeldCall& held, const Tensor& u, const Probabilities& p) {
  held.u = u.contiguous();
  held.call.draws = held.u.const_data_ptr(), held.call.draws_element = element_of(u),
  held.call.draw_columns = u.size(1);
  if (!p) return;
  held.p = p->to(at::kFloat).contiguous();
  held.call.p = held.p.const_data_ptr<float>(), held.call.p_stride = p->dim() == 0 ? 0 : 1;
}

HeldCall describe(const Tensor& x, const Tensor& u, const FusedPolicy& policy, const Probabilities& p, FusedMap map) {
  HeldCall held{x, u, {}, empty_pictures(x), {}};
  FusedCall& call = held.call;
  call.shape = shape_of(x), call.element = element_of(x), call.x = view_of(x), call.y = view_of(held.y);
  call.adjoint = map == FusedMap::kAdjoint, call.constants = map == FusedMap::kValue;
  describe_policy(call, fused_steps(policy, p.has_value(), x.size(2), x.size(3)), policy);
  describe_draws(held, u, p);
  return held;
}

void run(HeldCall& held, const OnDeviceOf& device) {
  if (held.y.numel() == 0) return;
  held.scratch = at::empty({fused_scratch_bytes(held.call)}, held.x.options().dtype(at::kByte));
  held.call.scratch = held.scratch.mutable_data_ptr();
  CENTIGAN_CUDA_CHECK(launch_fused(held.call, device.stream()));
}

bool too_long(const FusedPolicy& policy) {
  return policy.steps.size() > kMaxDeviceSteps;
}

Tensor mapped(const char* op, const Tensor& x, const Tensor& u, std::string_view text, const Probabilities& p,
              FusedMap map) {
  const auto policy = fused_policy(text);
  check_fused(op, *policy, text, x, u, p);
  const OnDeviceOf device(x);
  if (too_long(*policy)) return fused_ref(x, u, *policy, p, map);
  HeldCall held = describe(x, u, *policy, p, map);
  run(held, device);
  return held.y;
}

}  // namespace

Tensor diffaug(const Tensor& x, const Tensor& u, std::string_view policy) {
  return mapped("diffaug", x, u, policy, {}, FusedMap::kValue);
}

Tensor diffaug_p(const Tensor& x, const Tensor& u, std::string_view policy, const Tensor& p) {
  return mapped("diffaug", x, u, policy, p, FusedMap::kValue);
}

Tensor diffaug_linear(const Tensor& x, const Tensor& u, std::string_view policy, const Probabilities& p) {
  return mapped("diffaug_linear", x, u, policy, p, FusedMap::kLinear);
}

Tensor diffaug_backward(const Tensor& grad, const Tensor& u, std::string_view policy, const Probabilities& p) {
  return mapped("diffaug_backward", grad, u, policy, p, FusedMap::kAdjoint);
}

std::tuple<Tensor, Tensor> diffaug_parameters(const Tensor& x, const Tensor& u, std::string_view text,
                                              const Probabilities& p) {
  const auto policy = fused_policy(text);
  check_fused("diffaug.parameters", *policy, text, x, u, p);
  const OnDeviceOf device(x);
  if (too_long(*policy))
    return {fused_ref(x, u, *policy, p, FusedMap::kValue), fused_parameters_ref(u, *policy, p, x.size(2), x.size(3))};
  HeldCall held = describe(x, u, *policy, p, FusedMap::kValue);
  run(held, device);
  const int64_t columns = policy->draw_columns + held.call.policy.count;
  const Tensor parameters = at::empty({x.size(0), columns}, x.options().dtype(at::kFloat));
  if (parameters.numel() > 0)
    CENTIGAN_CUDA_CHECK(
        launch_fused_parameters(held.call, columns, parameters.mutable_data_ptr<float>(), device.stream()));
  return {held.y, parameters};
}

}  // namespace centigan::cuda
