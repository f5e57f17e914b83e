#include "training.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/memory.h"

namespace centigan {
namespace {

const AdamConfig& adam_config(const TrainerConfig& config, const std::string& trained) {
  return trained == "G" ? config.g_opt : config.d_opt;
}

// On an accelerator the pieces share its queue, so one thread feeds it.
int piece_threads(const TrainerConfig& config, torch::Device device) {
  return device.is_cpu() ? pick_threads(config.threads, config.pieces) : 1;
}

// Networks that look at the whole batch at once leave nothing to share out, so their operators share the work.
int threads_an_operator(const TrainConfig& config, torch::Device device) {
  const bool whole = batch_group(config.model) == 0 && config.trainer.pieces == 1;
  return device.is_cpu() && whole ? pick_threads(config.trainer.threads, hardware_threads()) : 1;
}

std::string place(const StepInfo& info, const Phase& phase) {
  return "step " + std::to_string(info.step) + ", " + phase.name;
}

bool finite_buffers(const torch::nn::Module& module) {
  for (const torch::Tensor& buffer : module.buffers())
    if (buffer.is_floating_point() && !at::isfinite(buffer).all().item<bool>()) return false;
  return true;
}

bool starts_with(const std::string& name, const std::string& start) {
  return name.compare(0, start.size(), start) == 0;
}

// One question to an accelerator's queue, which has to run dry for the answer.
bool finite_phase(const torch::Tensor& losses, const torch::Tensor& gradient) {
  if (gradient.is_cpu()) return at::isfinite(losses).all().item<bool>() && all_finite(gradient);
  return at::isfinite(losses).all().logical_and_(at::isfinite(gradient).all()).item<bool>();
}

// Steps between looks at all weights, averages and optimizers.
constexpr int64_t kLookEvery = 100;

}  // namespace

Training::Training(const TrainConfig& config, TrainParts parts, torch::Device device)
    : config_(config),
      parts_(std::move(parts)),
      device_(device),
      pool_(piece_threads(config.trainer, device), threads_an_operator(config, device)),
      source_(config_, parts_.data.get(), device),
      phases_(parts_.objective->phases()),
      non_finite_(config.trainer.on_non_finite == "skip") {
  recovery_.pieces = config_.trainer.pieces;
  for (const Trained& trained : parts_.objective->trained()) {
    Network& network = networks_[trained.name];
    trained.module->train();
    network.parameters = std::make_shared<FlatParameters>(trained.module);
    network.helper = trained.helper;
    network.settings = &adam_config(config_.trainer, trained.name);
    network.adam =
        std::make_unique<FlatAdam>(network.parameters, adam_settings(*network.settings, phases_, trained.name));
    if (trained.average)
      network.average = std::make_unique<FlatAverage>(network.parameters, config_.trainer.ema_buffers);
    network.gradient = at::zeros_like(network.parameters->values());
  }
}

StepInfo Training::info(int64_t step) const {
  StepInfo info = step_info(config_.trainer, step);
  info.pieces = recovery_.pieces, info.shift = recovery_.index_shift();
  return info;
}

double Training::lr_scale(const StepInfo& info) const {
  return centigan::lr_scale(config_.trainer, info) * recovery_.lr_factor();
}

void Training::begin(const StepInfo& info) {
  step_ = info;
  within_memory("step " + std::to_string(info.step), [&] {
    batches_ = source_.take(info);
    parts_.objective->begin_step(info);
  });
}

Training::Result Training::accumulate_piece(const Phase& phase, const StepInfo& info, int64_t part) {
  Result result;
  const torch::Tensor loss = parts_.objective->accumulate(phase, batches_[part], result.stats);
  if (!loss.defined()) return result;
  result.loss = loss.detach();
  result.gradients =
      torch::autograd::grad({loss * (phase.gain / (phase.batches * info.pieces))},
                            networks_.at(phase.trains).parameters->inputs(), {}, parts_.objective->keeps_graph(),
                            /*create_graph=*/false, /*allow_unused=*/true);
  return result;
}

// Gradients of a piece take as much room as the network, so they are let go as soon as they are in the sum.
void Training::add(Result& result, Network& network) {
  if (result.loss.defined()) network.parameters->add_gradients(result.gradients, network.gradient);
  result.gradients.clear();
}

// Sums go in the order of the pieces, so the number of threads changes no bit.
void Training::accumulate_batch(const Phase& phase, const StepInfo& info, int64_t batch, std::vector<Result>& results) {
  Network& network = networks_.at(phase.trains);
  const int64_t first = batch * info.pieces;
  std::vector<Result> of_batch(info.pieces);
  InOrder in_order;
  pool_.run(info.pieces, [&](int64_t piece) {
    of_batch[piece] = accumulate_piece(phase, info, first + piece);
    in_order.done(piece, [&](int64_t next) { add(of_batch[next], network); });
  });
  for (Result& result : of_batch) results.push_back(std::move(result));
}

// The mean over the batches: every piece is divided by the number of pieces.
PhaseGradient Training::accumulate(const Phase& phase, const StepInfo& info) {
  std::vector<Result> results;
  Network& network = networks_.at(phase.trains);
  network.gradient.zero_();
  within_memory(place(info, phase), [&] {
    for (int64_t i = 0; i < phase.batches; ++i) accumulate_batch(phase, info, phase.first_batch + i, results);
    source_.look_ahead(this->info(info.step + 1));
  });
  PhaseGradient sum;
  Stats stats;
  std::vector<torch::Tensor> losses;
  for (const Result& result : results) {
    stats.merge(result.stats);
    if (result.loss.defined()) losses.push_back(result.loss.view({1})), sum.values = network.gradient;
  }
  if (sum.values.defined()) comm_.sum(sum.values);
  sum.finite = !sum.values.defined() || !comm_.any(!finite_phase(at::cat(losses), sum.values));
  if (!sum.finite) sum.bad = stats.drop_not_finite();
  if (!sum.finite && sum.bad.empty())
    sum.bad = at::isfinite(at::cat(losses)).all().item<bool>() ? "the gradient" : "the loss";
  stats_.merge(stats);
  return sum;
}

void Training::apply(const Phase& phase, const PhaseGradient& gradient, const StepInfo& info) {
  if (gradient.values.defined() && gradient.finite) {
    non_finite_.good(phase);
    Network& network = networks_.at(phase.trains);
    within_memory(place(info, phase),
                  [&] { network.adam->step(gradient.values, network.settings->lr.at(info.kimg()) * lr_scale(info)); });
  } else if (gradient.values.defined()) {
    non_finite_.bad(phase, info, gradient.bad);
  }
  parts_.objective->end_phase(phase);
}

void Training::end(const StepInfo& info) {
  const double beta = ema_beta(config_.trainer, info);
  within_memory("step " + std::to_string(info.step), [&] {
    for (auto& [name, network] : networks_)
      if (network.average) network.average->update(beta);
    parts_.objective->end_step(info);
  });
  if ((info.step + 1) % kLookEvery == 0) check_finite(info.step + 1);
}

// A new step of the objective lets go of what it kept for the old one.
void Training::drop_step() {
  batches_.clear(), source_.drop();
  parts_.objective->begin_step(step_);
  release_unused_memory(device_);
}

std::unique_ptr<FlatAverage::Scope> Training::averaged() {
  for (auto& [name, network] : networks_)
    if (&network.parameters->module() == parts_.generator.get() && network.average)
      return std::make_unique<FlatAverage::Scope>(*network.average);
  return nullptr;
}

std::string Training::not_finite() const {
  for (const auto& [name, network] : networks_) {
    if (!all_finite(network.parameters->values())) return "the weights of " + name + " are";
    if (!finite_buffers(network.parameters->module())) return "what " + name + " keeps beside its weights is";
    if (network.average && !network.average->finite()) return "the average of " + name + " is";
    if (!network.adam->finite()) return "the optimizer of " + name + " is";
  }
  return "";
}

void Training::check_finite(int64_t step) const {
  const std::string bad = not_finite();
  if (comm_.any(!bad.empty())) throw Setback(Setback::kNotFinite, "step " + std::to_string(step), bad + " not finite");
}

Snapshot Training::save(int64_t next_step) {
  check_finite(next_step);
  Snapshot snapshot;
  for (auto& [name, network] : networks_) {
    save_module(network.parameters->module(), name + "/", snapshot);
    if (network.average) network.average->save(name + "_ema/", snapshot);
    network.adam->save("optimizers/" + name + "/", snapshot);
  }
  parts_.objective->save(snapshot);
  snapshot.put("counters/step", next_step);
  snapshot.put("counters/images", next_step * pictures_a_step(config_.trainer));
  snapshot.put("counters/seed", config_.trainer.seed);
  non_finite_.save(snapshot);
  recovery_.save(snapshot);
  stats_.save("log/", snapshot);
  return snapshot;
}

// The zeros of an optimizer become one value, and an average that is its network shares its values.
Snapshot Training::save_start() {
  Snapshot snapshot = save(0);
  for (auto& [name, tensor] : snapshot.tensors)
    if (starts_with(name, "optimizers/") && tensor.dim() > 0) tensor = at::zeros({1}).expand(tensor.sizes());
  for (const auto& [name, network] : networks_) {
    if (!network.average) continue;
    const std::string averaged = name + "_ema/";
    for (auto& [key, tensor] : snapshot.tensors) {
      if (!starts_with(key, averaged)) continue;
      const torch::Tensor& own = snapshot.tensor(name + "/" + key.substr(averaged.size()));
      if (at::equal(tensor, own)) tensor = own;
    }
  }
  return snapshot;
}

std::string Training::start_from_init() {
  if (config_.trainer.init.empty()) return "";
  std::string source;
  const Snapshot snapshot = read_run(config_.trainer.init, &source);
  const auto holds = [&](const std::string& prefix) {
    const auto it = snapshot.tensors.lower_bound(prefix);
    return it != snapshot.tensors.end() && starts_with(it->first, prefix);
  };
  const auto prefix = [&](const std::string& name, const std::string& first, const std::string& second) {
    return holds(name + first) ? name + first : name + second;
  };
  std::string differences;
  for (auto& [name, network] : networks_) {
    if (network.helper) continue;
    const std::string other = network.average ? "_ema/" : "/";
    differences += module_differences(network.parameters->module(), prefix(name, "/", other), snapshot);
  }
  if (!differences.empty())
    fail("train", source, "holds other networks than this run has:" + differences,
         "leave out the settings of model.* that differ, or start from other networks");
  for (auto& [name, network] : networks_) {
    if (network.helper) continue;
    torch::nn::Module& module = network.parameters->module();
    if (network.average) network.average->load(prefix(name, "_ema/", "/"), snapshot, source);
    load_module(module, prefix(name, "/", network.average ? "_ema/" : "/"), snapshot, source);
    network.parameters->changed();
  }
  return source;
}

int64_t Training::load(const Snapshot& snapshot, const std::string& source) {
  for (auto& [name, network] : networks_) {
    if (network.average) network.average->load(name + "_ema/", snapshot, source);
    load_module(network.parameters->module(), name + "/", snapshot, source);
    network.parameters->changed();
    network.adam->load("optimizers/" + name + "/", snapshot, source);
  }
  parts_.objective->load(snapshot, source);
  non_finite_.load(snapshot);
  recovery_.load(snapshot);
  stats_.load("log/", snapshot);
  return snapshot.integer("counters/step");
}

}  // namespace centigan
