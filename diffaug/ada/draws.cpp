#include "ada/draws.h"

#include <ATen/ATen.h>

#include <cmath>

namespace centigan {

using at::Tensor;

AdaDraws::AdaDraws(const Tensor& u, int64_t value_columns, const std::optional<Tensor>& p, double text_p)
    : next_gate_(value_columns) {
  const bool checked = u.device().is_cpu();  // elsewhere a check would wait for the device
  TORCH_CHECK(!checked || !u.isnan().any().item<bool>(), "ada: u has a NaN, draws must be from 0 to 1");
  // A draw just below 1 may have become 1 in a half type.
  u_ = u.detach().to(at::kDouble).nan_to_num(0.0).clamp(0.0, 1 - 0x1p-53);
  p_ = p ? p->detach().to(at::kDouble) : at::full({}, text_p, u_.options());
}

Tensor AdaDraws::uniform() {
  return u_.select(1, next_++);
}

Tensor AdaDraws::normal() {
  return (2 * uniform().clamp(0x1p-25, 1 - 0x1p-25) - 1).erfinv() * std::sqrt(2.0);
}

Tensor AdaDraws::note_gate(const Tensor& acts) {
  gates_.push_back(acts.to(at::kDouble));
  return acts;
}

Tensor AdaDraws::gate() {
  return note_gate(u_.select(1, next_gate_++).lt(p_));
}

// So that one of the two rotations acts with probability p.
Tensor AdaDraws::rotation_gate() {
  return note_gate(u_.select(1, next_gate_++).lt(1 - (1 - p_.clamp(0, 1)).sqrt()));
}

Tensor AdaDraws::closed_gate() {
  ++next_gate_;
  return note_gate(at::zeros({n()}, u_.options().dtype(at::kBool)));
}

Tensor AdaDraws::keep(const Tensor& acts, const Tensor& value, double nothing) {
  values_.push_back(at::where(acts, value, full(nothing)));
  return values_.back();
}

Tensor AdaDraws::full(double value) const {
  return at::full({n()}, value, u_.options());
}

Tensor AdaDraws::noted() const {
  std::vector<Tensor> columns = values_;
  columns.insert(columns.end(), gates_.begin(), gates_.end());
  return at::stack(columns, 1);
}

}  // namespace centigan
