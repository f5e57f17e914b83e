#include "live.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "centigan/core/clock.h"
#include "centigan/core/file.h"
#include "centigan/core/log.h"
#include "centigan/core/text.h"

namespace centigan {
namespace {

constexpr double kReportShare = 0.01;
constexpr int64_t kSamples = 64;

}  // namespace

LiveReport::LiveReport(const TrainConfig& config, Training& training, std::string folder)
    : config_(config),
      training_(training),
      folder_(std::move(folder)),
      ticked_(clock_seconds()),
      time_(kReportShare, ticked_) {}

void LiveReport::tick() {
  const double now = clock_seconds(), pace = now - ticked_;
  ticked_ = now;
  if (!time_.allows(now)) return;
  attempt(false, std::clamp<int64_t>(static_cast<int64_t>(pace) + 1, 5, 120));
}

void LiveReport::close(bool finished) {
  attempt(finished, 0);
}

void LiveReport::attempt(bool finished, int64_t refresh_seconds) {
  if (!training_.comm().leads()) return;
  const double start = clock_seconds();
  try {
    write(finished, refresh_seconds);
  } catch (const std::exception& error) {
    if (!warned_) warn("train: the report could not be written: " + first_line(error.what()));
    warned_ = true;
  }
  time_.spend(clock_seconds() - start);
}

void LiveReport::write(bool finished, int64_t refresh_seconds) {
  RunRecord record = read_run_record(folder_);
  const bool new_facts = record.data.empty() && training_.parts().data;
  if (new_facts) add_facts(record);
  if (finished) draw(record);
  const bool moments = record.sheets.size() >= (finished ? sheets_ + 1 : std::max<size_t>(2, 2 * sheets_));
  if (moments) put_figures(record, timelapse_figures(record)), sheets_ = record.sheets.size();
  if (new_facts || finished || moments) keep_report_parts(record);
  write_text_atomically(folder_ + "/report.html", report_html(record, {refresh_seconds, {}}), "report");
}

void LiveReport::add_facts(RunRecord& record) {
  const TrainParts& parts = training_.parts();
  record.data = data_facts(*parts.data, parts.holdout.get(), config_.data.path);
}

void LiveReport::draw(RunRecord& record) {
  const TrainParts& parts = training_.parts();
  if (!parts.generator) return;
  const auto averaged = training_.averaged();
  const torch::Device device = training_.device();
  const int64_t images = record.images();
  put_figures(record, network_figures(*parts.generator, device, images));
  if (parts.data)
    put_figures(record, {nearest_figure(*parts.data,
                                        {report_samples(*parts.generator, device, kSamples), {}, {}, {}, ""}, images)});
}

}  // namespace centigan
