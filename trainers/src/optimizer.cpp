#include "centigan/trainers/optimizer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "centigan/core/error.h"
#include "flat_math.h"

namespace centigan {
namespace {

bool on_cpu(const torch::Tensor& tensor) {
  return tensor.device().is_cpu();
}

std::vector<torch::Tensor> copies_of(const std::vector<torch::Tensor>& tensors) {
  std::vector<torch::Tensor> copies;
  for (const torch::Tensor& tensor : tensors) copies.push_back(tensor.detach().clone());
  return copies;
}

void copy_all(const std::vector<torch::Tensor>& from, const std::vector<torch::Tensor>& to) {
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < from.size(); ++i) to[i].copy_(from[i]);
}

torch::Tensor flat_zeros(const FlatParameters& parameters, const torch::Tensor& like) {
  return at::zeros({parameters.size()}, like.options());
}

torch::Tensor adam_state(const Snapshot& snapshot, const std::string& name, const torch::Tensor& like,
                         const std::string& source) {
  const torch::Tensor& stored = snapshot.tensor(name);
  if (stored.sizes() != like.sizes() || stored.scalar_type() != like.scalar_type())
    fail("checkpoint", source,
         name + " has " + std::to_string(stored.numel()) + " values, the network has " + std::to_string(like.numel()),
         "the checkpoint is of another configuration; use another --out");
  return stored.to(like.device(), like.scalar_type(), false, true);
}

}  // namespace

FlatParameters::FlatParameters(std::shared_ptr<torch::nn::Module> module) : module_(std::move(module)) {
  const auto parameters = module_->parameters();
  TORCH_CHECK(!parameters.empty(), "a trained module has parameters");
  int64_t size = 0;
  for (const auto& parameter : parameters) size += parameter.numel();
  at::NoGradGuard no_grad;
  values_ = at::empty({size}, parameters.front().options().requires_grad(false));
  int64_t offset = 0;
  for (torch::Tensor parameter : parameters) {
    TORCH_CHECK(parameter.scalar_type() == at::kFloat, "trained parameters are float32");
    torch::Tensor view = values_.narrow(0, offset, parameter.numel()).view(parameter.sizes());
    view.copy_(parameter.detach());
    parameter.set_data(view);
    if (parameter.requires_grad()) inputs_.push_back(parameter), offsets_.push_back(offset);
    offset += parameter.numel();
  }
}

void FlatParameters::add_gradients(const std::vector<torch::Tensor>& gradients, torch::Tensor& sum) const {
  TORCH_CHECK(gradients.size() == inputs_.size(), "one gradient a parameter");
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].defined()) continue;
    const torch::Tensor gradient = gradients[i].contiguous();
    if (on_cpu(sum))
      add_pass(sum.data_ptr<float>() + offsets_[i], gradient.const_data_ptr<float>(), gradient.numel());
    else
      sum.narrow(0, offsets_[i], gradient.numel()).add_(gradient.view(-1));
  }
}

void FlatParameters::changed() {
  for (torch::Tensor parameter : module_->parameters()) parameter.unsafeGetTensorImpl()->bump_version();
}

bool all_finite(const torch::Tensor& values) {
  if (on_cpu(values)) return finite_pass(values.const_data_ptr<float>(), values.numel());
  return at::isfinite(values).all().item<bool>();
}

FlatAdam::FlatAdam(std::shared_ptr<FlatParameters> parameters, AdamSettings settings)
    : parameters_(std::move(parameters)), settings_(settings) {
  exp_avg_ = flat_zeros(*parameters_, parameters_->values());
  exp_avg_sq_ = flat_zeros(*parameters_, parameters_->values());
}

void FlatAdam::step(const torch::Tensor& gradient, double lr) {
  ++steps_;
  const double step = lr * settings_.lr_factor / (1.0 - std::pow(settings_.beta1, steps_));
  const double root_scale = 1.0 / std::sqrt(1.0 - std::pow(settings_.beta2, steps_));
  const auto f = [](double value) { return static_cast<float>(value); };
  torch::Tensor& values = parameters_->values();
  if (on_cpu(values)) {
    adam_pass(values.data_ptr<float>(), exp_avg_.data_ptr<float>(), exp_avg_sq_.data_ptr<float>(),
              gradient.const_data_ptr<float>(), values.numel(),
              {f(settings_.beta1), f(1.0 - settings_.beta1), f(settings_.beta2), f(1.0 - settings_.beta2), f(step),
               f(root_scale), f(settings_.eps)});
  } else if (values.is_cuda()) {
    const torch::Tensor steps = at::full({}, static_cast<double>(steps_), values.options());
    at::_fused_adam_({values}, {gradient}, {exp_avg_}, {exp_avg_sq_}, {}, {steps}, lr * settings_.lr_factor,
                     settings_.beta1, settings_.beta2, /*weight_decay=*/0.0, settings_.eps, /*amsgrad=*/false,
                     /*maximize=*/false);
  } else {
    exp_avg_.mul_(settings_.beta1).add_(gradient, 1.0 - settings_.beta1);
    exp_avg_sq_.mul_(settings_.beta2).addcmul_(gradient, gradient, 1.0 - settings_.beta2);
    values.addcdiv_(exp_avg_, exp_avg_sq_.sqrt().mul_(root_scale).add_(settings_.eps), -step);
  }
  parameters_->changed();
}

void FlatAdam::save(const std::string& prefix, Snapshot& snapshot) const {
  snapshot.tensors[prefix + "exp_avg"] = exp_avg_.to(at::kCPU, at::kFloat, false, true);
  snapshot.tensors[prefix + "exp_avg_sq"] = exp_avg_sq_.to(at::kCPU, at::kFloat, false, true);
  snapshot.put(prefix + "steps", steps_);
}

void FlatAdam::load(const std::string& prefix, const Snapshot& snapshot, const std::string& source) {
  exp_avg_ = adam_state(snapshot, prefix + "exp_avg", exp_avg_, source);
  exp_avg_sq_ = adam_state(snapshot, prefix + "exp_avg_sq", exp_avg_sq_, source);
  steps_ = snapshot.integer(prefix + "steps");
}

FlatAverage::FlatAverage(std::shared_ptr<FlatParameters> parameters, bool with_buffers)
    : parameters_(std::move(parameters)), average_(parameters_->values().clone()) {
  if (!with_buffers) return;
  for (const torch::Tensor& buffer : parameters_->module().buffers())
    if (buffer.is_floating_point()) buffers_.push_back(buffer);
  averaged_buffers_ = copies_of(buffers_);
}

void FlatAverage::update(double beta) {
  const torch::Tensor& values = parameters_->values();
  if (on_cpu(values))
    average_pass(average_.data_ptr<float>(), values.const_data_ptr<float>(), values.numel(), static_cast<float>(beta));
  else
    average_.sub_(values).mul_(beta).add_(values);
  for (size_t i = 0; i < buffers_.size(); ++i) averaged_buffers_[i].sub_(buffers_[i]).mul_(beta).add_(buffers_[i]);
}

bool FlatAverage::finite() const {
  for (const torch::Tensor& buffer : averaged_buffers_)
    if (!at::isfinite(buffer).all().item<bool>()) return false;
  return all_finite(average_);
}

FlatAverage::Scope::Scope(FlatAverage& average)
    : average_(average), saved_(average.parameters_->values().clone()), saved_buffers_(copies_of(average.buffers_)) {
  average_.parameters_->values().copy_(average_.average_);
  copy_all(average_.averaged_buffers_, average_.buffers_);
  average_.parameters_->changed();
}

FlatAverage::Scope::~Scope() {
  average_.parameters_->values().copy_(saved_);
  copy_all(saved_buffers_, average_.buffers_);
  average_.parameters_->changed();
}

void FlatAverage::save(const std::string& prefix, Snapshot& snapshot) {
  const Scope scope(*this);
  save_module(parameters_->module(), prefix, snapshot);
}

void FlatAverage::load(const std::string& prefix, const Snapshot& snapshot, const std::string& source) {
  load_module(parameters_->module(), prefix, snapshot, source);
  average_.copy_(parameters_->values());
  copy_all(buffers_, averaged_buffers_);
}

}  // namespace centigan
