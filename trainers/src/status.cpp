#include "status.h"

#include <cmath>

#include "centigan/core/device.h"
#include "centigan/core/file.h"
#include "centigan/core/log.h"
#include "centigan/core/text.h"
#include "run_log.h"

namespace centigan {
namespace {

// The first of `names` that has a number; `value` is left alone if none has.
bool find_value(const StatusValues& values, std::initializer_list<const char*> names, double& value) {
  for (const char* name : names) {
    const auto found = values.find(name);
    if (found == values.end() || !std::isfinite(found->second)) continue;
    value = found->second;
    return true;
  }
  return false;
}

std::string score_text(double score) {
  return format_text(std::abs(score) < 9.995 ? "%.2f" : std::abs(score) < 1e5 ? "%.0f" : "%.0e", score);
}

// As equal as they can be had: with held-out pictures all three without augmentation, else as D met them in training.
std::string discriminator_text(const StatusValues& values) {
  double real = 0.0, held_out = 0.0, fake = 0.0, loss = 0.0;
  if (find_value(values, {"Overfit/scores/real", "Loss/scores/real"}, real) &&
      find_value(values, {"Overfit/scores/fake", "Loss/scores/fake"}, fake)) {
    const bool held = find_value(values, {"Overfit/scores/held_out"}, held_out);
    return ", D real " + score_text(real) + (held ? " held-out " + score_text(held_out) : "") + " fake " +
           score_text(fake);
  }
  return find_value(values, {"Loss/G/l1", "Loss/G/loss"}, loss) ? format_text(", G loss %.4g", loss) : "";
}

}  // namespace

std::string short_duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "?";
  const long long s = std::llround(std::min(seconds, 1e10)), minutes = s / 60, hours = minutes / 60, days = hours / 24;
  if (minutes == 0) return format_text("%llds", s);
  if (hours == 0) return format_text("%lldm%02llds", minutes, s % 60);
  return days == 0 ? format_text("%lldh%02lldm", hours, minutes % 60) : format_text("%lldd%02lldh", days, hours % 24);
}

std::string status_note(const StatusValues& values) {
  std::string note = discriminator_text(values);
  double p = 0.0, sign = 0.0;
  if (find_value(values, {"Augment/p"}, p)) note += format_text(", p %.3f", p);
  if (find_value(values, {"Augment/sign", "Loss/signs/real"}, sign)) note += format_text(", r %.2f", sign);
  return note.empty() ? note : note.substr(2);
}

std::string status_line(const StatusValues& values, double kimg) {
  double memory = 0.0, peak = 0.0;
  find_value(values, {"Resources/gpu_mem_mb", "Resources/cpu_mem_mb"}, memory);
  find_value(values, {"Resources/peak_gpu_mem_mb", "Resources/peak_mb"}, peak);
  const double pace = values.at("Timing/sec_per_kimg");
  const std::string note = status_note(values);
  return format_text("  kimg %.*f/%g, %.*f s/kimg, %.*f img/s, ", kimg < 10000 ? 3 : 1, values.at("Progress/kimg"),
                     kimg, pace < 100 ? 2 : 0, pace, pace < 100 ? 0 : 1, values.at("Timing/img_per_sec")) +
         short_duration(values.at("Timing/seconds")) + ", " + short_duration(values.at("Timing/eta_sec")) +
         format_text(" left, %.0f MB (peak %.0f)", memory, peak) + (note.empty() ? "" : ", " + note);
}

Status::Status(const TrainConfig& config, Training& training, std::string folder)
    : config_(config),
      training_(training),
      held_out_(config, training.parts(), training.device()),
      folder_(std::move(folder)) {}

void Status::begin(int64_t images, double seconds) {
  images_ = images, seconds_ = seconds;
}

void Status::open_files() {
  cut_jsonl(folder_ + "/stats.jsonl", images_);
  events_ = std::make_unique<EventWriter>(folder_, images_);
  if (images_ == 0) write_names();
}

// As data.subset and data.holdout take them.
void Status::write_names() const {
  const TrainParts& parts = training_.parts();
  if (!parts.data || (config_.data.subset.empty() && !parts.holdout)) return;
  write_text_atomically(folder_ + "/pictures-trained.txt", picture_list(*parts.data), "train");
  if (parts.holdout) write_text_atomically(folder_ + "/pictures-held-out.txt", picture_list(*parts.holdout), "train");
}

std::string Status::tick(const StepInfo& done, double seconds, double report_seconds) {
  const int64_t images = done.images + done.batch;
  StatusValues values = training_.stats().take();
  training_.parts().objective->report(values);
  held_out_.report(values);
  values["Progress/kimg"] = images / 1000.0;
  values["Progress/lr_scale"] = training_.lr_scale(done);
  values["Progress/rollbacks"] = static_cast<double>(training_.recovery().rollbacks);
  values["Progress/pieces"] = static_cast<double>(training_.recovery().pieces);
  values["Progress/non_finite"] = static_cast<double>(training_.non_finite().skipped());
  if (values.count("Augment/p")) values["Progress/augment"] = values["Augment/p"];
  JsonFields fields = {{"images", images}, {"step", done.step + 1}};
  for (const auto& [name, value] : values) fields.emplace_back(name, value);
  StatusValues times;  // last in the line: they differ from run to run
  add_times(done, seconds, times);
  times["Timing/report_sec"] = report_seconds;
  for (auto it = times.rbegin(); it != times.rend(); ++it) fields.emplace_back(it->first, it->second);
  append_jsonl(folder_ + "/stats.jsonl", fields);
  values.insert(times.begin(), times.end());
  events_->add_scalars(images, values);
  images_ = images, seconds_ = seconds;
  note_ = status_note(values);
  return status_line(values, config_.trainer.kimg);
}

void Status::add_times(const StepInfo& done, double seconds, StatusValues& values) const {
  const int64_t images = done.images + done.batch;
  const double spent = std::max(seconds - seconds_, 1e-9), pace = spent / std::max<int64_t>(images - images_, 1);
  values["Timing/eta_sec"] = pace * std::max(0.0, config_.trainer.kimg * 1000.0 - images);
  values["Timing/img_per_sec"] = 1.0 / pace;
  values["Timing/sec_per_kimg"] = 1000.0 * pace;
  values["Timing/seconds"] = seconds;
  values["Resources/cpu_mem_mb"] = current_memory_mb();
  values["Resources/peak_mb"] = std::max(peak_memory_mb(), values["Resources/cpu_mem_mb"]);
  const torch::Device device = training_.device();
  if (device.is_cpu()) return;
  const DeviceMemory memory = device_memory(device);
  values["Resources/gpu_mem_mb"] = memory.current_mb, values["Resources/peak_gpu_mem_mb"] = memory.peak_mb;
}

}  // namespace centigan
