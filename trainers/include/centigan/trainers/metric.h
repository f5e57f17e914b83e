// A number that says how well a generator draws, measured while it is trained.
#pragma once
#include <functional>
#include <string>

#include "centigan/core/log.h"
#include "centigan/data/dataset.h"
#include "centigan/models/generator.h"
#include "centigan/trainers/train_config.h"

namespace centigan {

struct MetricResult {
  double value = 0.0;
  std::string name;   // in event files, "FID"
  std::string text;   // what the log shows: the recipe with the value
  JsonFields fields;  // of the line in metrics.jsonl
};

// Measures the generator as it stands, drawing nothing from any random stream of training. `watch` hears how many of
// how many pictures are done; what it throws ends the work.
using MetricWatch = std::function<void(int64_t done, int64_t total)>;
using Metric = std::function<MetricResult(Generator& generator, const MetricWatch& watch)>;

// Called when the first evaluation is due; `reals` lives as long as the metric.
using MetricFactory = std::function<Metric(const TrainConfig& config, const Dataset& reals, torch::Device device)>;

// trainer.metric over trainer.eval_fakes pictures of seeds 0, 1, …: the number that `centigan eval` gives for the same
// weights. `weights` is the file of the metric network.
Metric make_metric(const TrainConfig& config, const Dataset& reals, torch::Device device, const std::string& weights);

}  // namespace centigan
