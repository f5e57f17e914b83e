#include "plugin_proofs.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "centigan/core/gradcheck.h"
#include "centigan/core/random.h"
#include "operators.h"

namespace centigan {
namespace {

using at::Tensor;
using Shape = std::vector<int64_t>;

constexpr int64_t kMostDraws = 1024;
const Shape kShape = {3, 3, 9, 12};

const ProofResult kProven = {ProofResult::kYes, ""};

ProofResult no(const std::string& reason) {
  return {ProofResult::kNo, reason};
}

Tensor call(const std::string& op, const Tensor& x, const Tensor& u) {
  return operator_of(op).typed<Tensor(const Tensor&, const Tensor&)>().call(x, u);
}

// Pictures in [-1, 1).
Tensor pictures(const Shape& shape) {
  const int64_t n = shape[0], rest = shape[1] * shape[2] * shape[3];
  return RandomStream(0, "plugins/x").uniform(0, n, rest).mul(2).sub(1).view(shape);
}

Tensor draws(const std::string& op, int64_t n) {
  return RandomStream(0, "plugins/u").uniform(0, n, draws_of(op));
}

// The message of what `work` throws, "" if it throws nothing.
template <class Work>
std::string refusal(const Work& work) {
  try {
    work();
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    return text.substr(0, text.find('\n'));
  }
  return "";
}

void add(std::string& list, const std::string& item) {
  list += (list.empty() ? "" : ", ") + item;
}

std::string text_of(const Tensor& t) {
  return c10::str(t.sizes()) + " " + c10::toString(t.scalar_type());
}

// "" if y is like x.
std::string unlike(const Tensor& y, const Tensor& x) {
  return y.sizes() == x.sizes() && y.scalar_type() == x.scalar_type() ? "" : text_of(x) + " becomes " + text_of(y);
}

double largest_difference(const Tensor& a, const Tensor& b) {
  return a.numel() == 0 ? 0 : (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

ProofResult schema(const std::string& op) {
  const std::string problem = schema_problem(op);
  return problem.empty() ? kProven : no(problem);
}

ProofResult number_of_draws(const std::string& op) {
  if (!has_draws(op)) return {ProofResult::kNotThere, "1 column"};
  const int64_t count = draws_of(op);
  const std::string text = std::to_string(count) + (count == 1 ? " column" : " columns");
  return count < 0 || count > kMostDraws ? no(text + ", not from 0 to " + std::to_string(kMostDraws))
                                         : ProofResult{ProofResult::kYes, text};
}

ProofResult cpu_kernel(const std::string& op) {
  return has_kernel(op, KernelKind::kCpu) ? kProven : no("nothing runs on the processor");
}

ProofResult cuda_kernel(const std::string& op) {
  return has_kernel(op, KernelKind::kCuda) ? kProven
                                           : ProofResult{ProofResult::kNotThere, "trains on the processor only"};
}

ProofResult meta_kernel(const std::string& op) {
  return has_kernel(op, KernelKind::kMeta) ? kProven : no("torch.compile refuses an operator without one");
}

ProofResult autograd_kernel(const std::string& op) {
  return has_kernel(op, KernelKind::kAutograd) ? kProven : no("gradients may stop here without a word");
}

// float32 is what training passes; other types may be refused.
ProofResult types(const std::string& op) {
  const std::pair<at::ScalarType, const char*> all[] = {
      {at::kFloat, "float32"}, {at::kDouble, "float64"}, {at::kHalf, "float16"}, {at::kBFloat16, "bfloat16"}};
  std::string kept, refused;
  for (const auto& [type, name] : all) {
    const Tensor x = pictures(kShape).to(type);
    Tensor y;
    const std::string why = refusal([&] { y = call(op, x, draws(op, kShape[0])); });
    if (!why.empty() && type == at::kFloat) return no("float32 is refused: " + why);
    if (!why.empty()) {
      add(refused, name);
      continue;
    }
    if (const std::string other = unlike(y, x); !other.empty()) return no(other);
    if (!at::isfinite(y).all().item<bool>()) return no(std::string(name) + " gives values that are not finite");
    add(kept, name);
  }
  return {ProofResult::kYes, kept + (refused.empty() ? "" : "; refuses " + refused)};
}

ProofResult no_picture(const std::string& op) {
  const Tensor x = pictures({0, 3, 8, 8});
  const std::string other = unlike(call(op, x, draws(op, 0)), x);
  return other.empty() ? kProven : no(other);
}

ProofResult sizes(const std::string& op) {
  for (const Shape& shape : {Shape{2, 3, 5, 8}, Shape{2, 3, 8, 5}, Shape{1, 3, 1, 1}, Shape{1, 3, 33, 64}}) {
    const Tensor x = pictures(shape);
    if (const std::string other = unlike(call(op, x, draws(op, shape[0])), x); !other.empty()) return no(other);
  }
  return kProven;
}

ProofResult channels(const std::string& op) {
  std::string kept, refused;
  for (const int64_t c : {1, 3, 4}) {
    const Tensor x = pictures({2, c, 6, 7});
    Tensor y;
    const std::string why = refusal([&] { y = call(op, x, draws(op, 2)); });
    if (!why.empty() && c == 3) return no("3 channels are refused: " + why);
    add(why.empty() ? kept : refused, std::to_string(c));
    if (!why.empty()) continue;
    if (const std::string other = unlike(y, x); !other.empty()) return no(other);
  }
  return {ProofResult::kYes, kept + (refused.empty() ? "" : "; refuses " + refused)};
}

// The same values from memory that is laid out otherwise. A policy passes columns of a wider u.
ProofResult layouts(const std::string& op) {
  const Tensor x = pictures(kShape), u = draws(op, kShape[0]), plain = call(op, x, u);
  const Tensor wide = at::cat({x, x}, 3).narrow(3, kShape[3], kShape[3]);
  const Tensor swapped = x.permute({3, 2, 1, 0}).contiguous().permute({3, 2, 1, 0});
  const Tensor columns = at::cat({u, u, u}, 1).narrow(1, u.size(1), u.size(1));
  const std::tuple<const char*, Tensor, Tensor> cases[] = {
      {"channels-last pictures", x.contiguous(at::MemoryFormat::ChannelsLast), u},
      {"sliced pictures", wide, u},
      {"pictures with swapped axes", swapped, u},
      {"columns of a wider u", x, columns}};
  for (const auto& [name, a, b] : cases) {
    const Tensor y = call(op, a, b);
    if (!unlike(y, x).empty() || largest_difference(y, plain) > 1e-5)
      return no(std::string(name) + " give other values");
  }
  return kProven;
}

// The trainer splits a batch and expects the pictures of the whole.
ProofResult one_by_one(const std::string& op) {
  const Tensor x = pictures(kShape), u = draws(op, kShape[0]), whole = call(op, x, u);
  for (int64_t i = 0; i < kShape[0]; ++i)
    if (largest_difference(call(op, x.narrow(0, i, 1), u.narrow(0, i, 1)), whole.narrow(0, i, 1)) > 1e-5)
      return no("a picture alone comes out otherwise than in its batch");
  return kProven;
}

ProofResult input_kept(const std::string& op) {
  const Tensor x = pictures(kShape), u = draws(op, kShape[0]), x_before = x.clone(), u_before = u.clone();
  const Tensor y = call(op, x, u);
  if (!x.equal(x_before) || !u.equal(u_before)) return no("its input is written to");
  return y.is_alias_of(x) || y.is_alias_of(u) ? no("its result is its input's memory") : kProven;
}

ProofResult gradient(const std::string& op) {
  const Tensor x = pictures(kShape).requires_grad_(), y = call(op, x, draws(op, kShape[0]));
  if (!y.requires_grad()) return no("the result has no gradient");
  const Tensor dx = torch::autograd::grad({y}, {x}, {pictures(kShape)}, {}, false, /*allow_unused=*/true)[0];
  if (!dx.defined()) return no("no gradient comes back to the pictures");
  const std::string other = unlike(dx, x);
  return other.empty() ? kProven : no("the gradient: " + other);
}

using GradientCheck = std::string (*)(const TensorFunction&, const std::vector<Tensor>&, double, double);

// Small, in float64.
ProofResult differences(const std::string& op, GradientCheck check) {
  const Tensor x = pictures({2, 3, 4, 5}), u = draws(op, 2);
  const TensorFunction f = [&](const std::vector<Tensor>& in) { return call(op, in[0], u); };
  const std::string problem = check(f, {x}, 1e-5, 1e-5);
  return problem.empty() ? kProven : no(problem);
}

ProofResult first_order(const std::string& op) {
  return differences(op, gradcheck);
}

ProofResult second_order(const std::string& op) {
  return differences(op, gradgradcheck);
}

ProofResult same_bits(const std::string& op) {
  const Shape shape = {4, 3, 64, 64};
  const Tensor x = pictures(shape).requires_grad_(), u = draws(op, shape[0]);
  const auto both = [&] {
    const Tensor y = call(op, x, u);
    if (!y.requires_grad()) return y;
    const Tensor dx = torch::autograd::grad({y}, {x}, {pictures(shape)}, {}, false, true)[0];
    return dx.defined() ? at::cat({y.detach(), dx}) : y.detach();
  };
  const Tensor once = both();
  if (!both().equal(once)) return no("the same draws give other values the second time");
  at::set_num_threads(2);
  return both().equal(once) ? kProven : no("two threads give other bits than one");
}

ProofResult meta_agrees(const std::string& op) {
  if (!has_kernel(op, KernelKind::kMeta)) return {ProofResult::kNotThere, "no Meta kernel"};
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const Tensor x = pictures(kShape).contiguous(format), u = draws(op, kShape[0]);
    const Tensor y = call(op, x, u), meta = call(op, x.to(at::kMeta), u.to(at::kMeta));
    if (const std::string other = unlike(meta, y); !other.empty()) return no("Meta: " + other);
    if (meta.strides() != y.strides())
      return no("strides " + c10::str(y.strides()) + ", Meta says " + c10::str(meta.strides()));
  }
  return kProven;
}

}  // namespace

const std::vector<Proof>& all_proofs() {
  static const std::vector<Proof> proofs = {{"schema", schema},
                                            {"draws", number_of_draws},
                                            {"CPU kernel", cpu_kernel},
                                            {"CUDA kernel", cuda_kernel},
                                            {"Meta kernel", meta_kernel},
                                            {"Autograd kernel", autograd_kernel},
                                            {"shape and type kept", types},
                                            {"empty batch", no_picture},
                                            {"odd sizes", sizes},
                                            {"channels", channels},
                                            {"any layout", layouts},
                                            {"picture by picture", one_by_one},
                                            {"input untouched", input_kept},
                                            {"gradient", gradient},
                                            {"gradcheck", first_order},
                                            {"gradgradcheck", second_order},
                                            {"same draws, same bits", same_bits},
                                            {"Meta agrees", meta_agrees}};
  return proofs;
}

}  // namespace centigan
