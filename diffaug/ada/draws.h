// Takes the columns of u one by one and notes what came of them.
#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

namespace centigan {

class AdaDraws {
 public:
  // u [N,k] of which the first `value_columns` are values, the others gates; probability p of a step, [] or a number.
  AdaDraws(const at::Tensor& u, int64_t value_columns, const std::optional<at::Tensor>& p, double text_p);

  at::Tensor uniform();        // [N], the next column of values, in [0,1)
  at::Tensor normal();         // [N], the same as a standard normal draw
  at::Tensor gate();           // [N] bool, the next gate: below p
  at::Tensor rotation_gate();  // below 1 - sqrt(1 - p)
  at::Tensor closed_gate();    // skips a gate
  at::Tensor keep(const at::Tensor& acts, const at::Tensor& value,
                  double nothing);  // `nothing` where the gate is closed
  void note(const at::Tensor& value) { values_.push_back(value); }

  at::Tensor full(double value) const;  // [N]
  at::Tensor noted() const;             // [N,m], values and then gates
  int64_t n() const { return u_.size(0); }

 private:
  at::Tensor note_gate(const at::Tensor& acts);

  at::Tensor u_, p_;  // float64
  int64_t next_ = 0, next_gate_;
  std::vector<at::Tensor> values_, gates_;
};

}  // namespace centigan
