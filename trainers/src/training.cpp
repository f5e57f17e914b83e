#include "training.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "centigan/core/error.h"

namespace centigan {
namespace {

const AdamConfig& adam_config(const TrainerConfig& config, const std::string& trained) {
  return trained == "G" ? config.g_opt : config.d_opt;
}

// On an accelerator the pieces share its queue, so one thread feeds it.
int piece_threads(const TrainerConfig& config, torch::Device device) {
  return device.is_cpu() ? pick_threads(config.threads, config.pieces) : 1;
}

}  // namespace

Training::Training(const TrainConfig& config, TrainParts parts, torch::Device device)
    : config_(config),
      parts_(std::move(parts)),
      device_(device),
      pool_(piece_threads(config.trainer, device)),
      phases_(parts_.objective->phases()) {
  if (parts_.data) sampler_ = std::make_unique<Sampler>(*parts_.data, config_.trainer.seed, config_.data.mirror);
  for (const Trained& trained : parts_.objective->trained()) {
    Network& network = networks_[trained.name];
    trained.module->train();
    network.parameters = std::make_shared<FlatParameters>(trained.module);
    network.helper = trained.helper;
    network.settings = &adam_config(config_.trainer, trained.name);
    network.adam =
        std::make_unique<FlatAdam>(network.parameters, adam_settings(*network.settings, phases_, trained.name));
    if (trained.average) network.average = std::make_unique<FlatAverage>(network.parameters);
    network.gradient = at::zeros_like(network.parameters->values());
  }
}

Batch Training::make_batch(const StepInfo& info, int64_t piece) const {
  Batch batch;
  batch.piece = piece;
  batch.size = info.batch / info.pieces;
  batch.first = info.images + piece * batch.size;
  if (!sampler_) return batch;
  batch.reals = sampler_->images(batch.first, batch.size).to(device_);
  const int64_t classes = config_.model.classes;
  if (classes > 0)
    batch.labels = at::one_hot(sampler_->labels(batch.first, batch.size), classes).to(device_, at::kFloat);
  return batch;
}

void Training::begin(const StepInfo& info) {
  batches_.assign(info.pieces, {});
  for (int64_t piece = 0; piece < info.pieces; ++piece) batches_[piece] = make_batch(info, piece);
  parts_.objective->begin_step(info);
}

Training::Result Training::accumulate_piece(const Phase& phase, const StepInfo& info, int64_t piece) {
  Result result;
  const torch::Tensor loss = parts_.objective->accumulate(phase, batches_[piece], result.stats);
  if (!loss.defined()) return result;
  result.loss = loss.detach();
  result.gradients =
      torch::autograd::grad({loss * (phase.gain / info.pieces)}, networks_.at(phase.trains).parameters->inputs(), {},
                            parts_.objective->keeps_graph(), /*create_graph=*/false, /*allow_unused=*/true);
  return result;
}

// The mean over the batch: every piece is divided by the number of pieces. Sums go in the order of the pieces, so the
// number of threads changes no bit.
PhaseGradient Training::accumulate(const Phase& phase, const StepInfo& info) {
  std::vector<Result> results(info.pieces);
  pool_.run(info.pieces, [&](int64_t piece) { results[piece] = accumulate_piece(phase, info, piece); });
  Network& network = networks_.at(phase.trains);
  PhaseGradient sum;
  network.gradient.zero_();
  for (Result& result : results) {
    stats_.merge(result.stats);
    if (!result.loss.defined()) continue;
    network.parameters->add_gradients(result.gradients, network.gradient);
    sum.finite = sum.finite && std::isfinite(result.loss.item<double>());
    sum.values = network.gradient;
  }
  if (!sum.values.defined()) return sum;
  comm_.sum(sum.values);
  sum.finite = !comm_.any(!(sum.finite && all_finite(sum.values)));
  return sum;
}

void Training::apply(const Phase& phase, const PhaseGradient& gradient, const StepInfo& info) {
  if (!gradient.values.defined() || !non_finite_.accept(gradient.finite, phase, info)) return;
  Network& network = networks_.at(phase.trains);
  network.adam->step(gradient.values, network.settings->lr.at(info.kimg()) * lr_scale(config_.trainer, info));
}

void Training::end(const StepInfo& info) {
  const double beta = ema_beta(config_.trainer, info);
  for (auto& [name, network] : networks_)
    if (network.average) network.average->update(beta);
  parts_.objective->end_step(info);
}

FlatAverage* Training::sheet_average() {
  for (auto& [name, network] : networks_)
    if (&network.parameters->module() == parts_.generator.get()) return network.average.get();
  return nullptr;
}

void Training::check_finite(const std::string& what) const {
  for (const auto& [name, network] : networks_) {
    const bool finite = all_finite(network.parameters->values()) && (!network.average || network.average->finite());
    if (!finite)
      fail("train", what, "the weights of " + name + " are not finite, so nothing is saved",
           "the last checkpoint is good; lower the learning rates and use another --out");
  }
}

Snapshot Training::save(int64_t next_step) {
  check_finite("step " + std::to_string(next_step));
  Snapshot snapshot;
  for (auto& [name, network] : networks_) {
    save_module(network.parameters->module(), name + "/", snapshot);
    if (network.average) network.average->save(name + "_ema/", snapshot);
    network.adam->save("optimizers/" + name + "/", snapshot);
  }
  parts_.objective->save(snapshot);
  snapshot.put("counters/step", next_step);
  snapshot.put("counters/images", next_step * config_.trainer.batch);
  snapshot.put("counters/seed", config_.trainer.seed);
  non_finite_.save(snapshot);
  stats_.save("log/", snapshot);
  return snapshot;
}

std::string Training::start_from_init() {
  if (config_.trainer.init.empty()) return "";
  std::string source;
  const Snapshot snapshot = read_run(config_.trainer.init, &source);
  const auto holds = [&](const std::string& prefix) {
    const auto it = snapshot.tensors.lower_bound(prefix);
    return it != snapshot.tensors.end() && it->first.rfind(prefix, 0) == 0;
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
  stats_.load("log/", snapshot);
  return snapshot.integer("counters/step");
}

}  // namespace centigan
