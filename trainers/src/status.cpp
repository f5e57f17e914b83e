#include "status.h"

#include <cmath>
#include <cstdio>

#include "centigan/core/device.h"
#include "centigan/core/progress.h"
#include "run_log.h"

namespace centigan {
namespace {

template <class... Values>
std::string status_text(const char* form, Values... values) {
  char buffer[512];
  std::snprintf(buffer, sizeof buffer, form, values...);
  return buffer;
}

}  // namespace

Status::Status(const TrainConfig& config, Training& training, std::string folder)
    : config_(config), training_(training), folder_(std::move(folder)) {}

void Status::begin(int64_t images, double seconds) {
  images_ = images, seconds_ = seconds;
}

void Status::open_files() {
  cut_jsonl(folder_ + "/stats.jsonl", images_);
  events_ = std::make_unique<EventWriter>(folder_, images_);
}

std::string Status::tick(const StepInfo& done, double seconds) {
  const int64_t images = done.images + done.batch;
  const double rate = (images - images_) / std::max(seconds - seconds_, 1e-9);
  std::map<std::string, double> values = training_.stats().take();
  std::string losses;
  for (const char* name : {"Loss/G/loss", "Loss/D/loss", "Loss/r1_penalty"})
    if (values.count(name) && std::isfinite(values[name]))
      losses += std::string(", ") + (name + 5) + status_text(" %.3f", values[name]);
  training_.parts().objective->report(values);
  for (const char* name : {"Augment/p", "Augment/sign"})
    if (values.count(name)) losses += status_text(name[8] == 'p' ? ", p %.3f" : ", r %.2f", values[name]);
  note_ = losses.empty() ? losses : losses.substr(2);
  write(done, seconds, rate, values);
  images_ = images, seconds_ = seconds;
  return status_text("  kimg %.3f, %s, %.1f img/s", images / 1000.0, duration_text(seconds).c_str(), rate) + losses +
         status_text(", peak memory %.0f MB", peak_memory_mb());
}

void Status::write(const StepInfo& done, double seconds, double rate, std::map<std::string, double>& values) {
  const int64_t images = done.images + done.batch;
  values["Progress/lr_scale"] = lr_scale(config_.trainer, done);
  values["Progress/non_finite"] = static_cast<double>(training_.non_finite().skipped());
  JsonFields fields = {{"images", images}, {"step", done.step + 1}};
  for (const auto& [name, value] : values) fields.emplace_back(name, value);
  fields.insert(fields.end(),
                {{"Timing/seconds", seconds}, {"Timing/img_per_sec", rate}, {"Resources/peak_mb", peak_memory_mb()}});
  append_jsonl(folder_ + "/stats.jsonl", fields);
  values["Timing/img_per_sec"] = rate;
  events_->add_scalars(images, values);
}

}  // namespace centigan
