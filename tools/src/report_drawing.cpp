#include "report_drawing.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/image.h"
#include "centigan/core/progress.h"
#include "centigan/core/text.h"
#include "measured_set.h"
#include "picture_stream.h"

namespace centigan {
namespace {

constexpr int64_t kReportSamples = 64;

bool is_old(const RunRecord& record, const std::string& name, int64_t images) {
  const auto found = record.figures.find(name);
  return found == record.figures.end() || found->second.images != images;
}

// What `work` cannot do is a sentence of the page, not the end.
template <class Work>
void or_note(std::vector<std::string>& notes, const std::string& what, const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    notes.push_back(what + ": " + first_line(error.what()) + ".");
  }
}

// The network that tells pictures apart; null: pixels alone. One that was asked for by name must be there.
std::shared_ptr<FeatureExtractor> extractor_of(const ReportDrawing& drawing) {
  if (drawing.extractor == "none") return nullptr;
  const bool asked = !drawing.extractor.empty();
  try {
    return std::make_shared<FeatureExtractor>(
        open_extractor(asked ? drawing.extractor : "inception", drawing.weights_dir, torch::Device(torch::kCPU)));
  } catch (const Error&) {
    if (asked) throw;
    return nullptr;
  }
}

void add_features(NearestInput& input, const RunPictures& pictures, FeatureExtractor& extractor,
                  const ReportDrawing& drawing) {
  Progress progress("features", 2 * pictures.training->count(), "pictures", drawing.quiet);
  int64_t done = 0;
  const MeasuredSet real = measure_or_recall(pictures.training, extractor, true, progress, done, drawing.cache);
  progress.finish();
  input.train = real.features, input.flipped = real.mirrored;
  input.of_fakes = extractor.features(input.fakes);
  input.network = extractor.name();
}

void draw_nearest(RunRecord& record, Run& run, FeatureExtractor* extractor, const ReportDrawing& drawing,
                  std::vector<std::string>& notes) {
  const RunPictures pictures = run_pictures(run);
  if (record.data.empty()) record.data = data_facts(*pictures.data, pictures.unseen.get(), record.config.data.path);
  const bool by_features = record.figures.count("nearest") > 0 && record.figures["nearest"].rows.size() > 4;
  if (!is_old(record, "nearest", run.images) && by_features) return;
  if (pictures.data->size() > kMostByPixels && drawing.extractor.empty()) {
    notes.push_back("The nearest of " + std::to_string(pictures.data->size()) +
                    " training pictures are looked for only if --extractor names a network: it takes time.");
    return;
  }
  NearestInput input;
  input.fakes = report_samples(*run.generator, torch::Device(torch::kCPU), kReportSamples);
  if (extractor) add_features(input, pictures, *extractor, drawing);
  put_figures(record, {nearest_figure(*pictures.data, input, run.images)});
}

// The best checkpoint's samples, where training left no sheet of that moment.
void draw_best(RunRecord& record) {
  const std::string best = record.folder + "/best.h5";
  std::error_code ignored;
  if (!std::filesystem::exists(best, ignored)) return;
  Run run = open_run(best);
  if (record.sheets.count(run.images) > 0 || !is_old(record, "best", run.images)) return;
  const at::Tensor pictures = report_samples(*run.generator, torch::Device(torch::kCPU), kReportSamples / 4);
  put_figures(record, {{"best", png_bytes(make_grid(pictures)), {}, "", run.images}});
}

}  // namespace

void draw_report(RunRecord& record, const ReportDrawing& drawing, std::vector<std::string>& notes) {
  set_operator_threads(hardware_threads());
  set_tf32(false);
  const auto extractor = extractor_of(drawing);
  std::optional<Run> run;
  or_note(notes, "Nothing new was drawn", [&] { run = open_run(record.folder); });
  if (run) {
    const bool new_network = is_old(record, "truncation", run->images) || is_old(record, "interpolation", run->images);
    if (new_network) put_figures(record, network_figures(*run->generator, torch::Device(torch::kCPU), run->images));
    if (!record.config.data.path.empty())
      or_note(notes, "The training pictures cannot be shown beside samples",
              [&] { draw_nearest(record, *run, extractor.get(), drawing, notes); });
    or_note(notes, "The best checkpoint was not drawn", [&] { draw_best(record); });
    draw_student(record, *run, drawing, notes);
  }
  const int64_t newest = record.sheets.empty() ? -1 : record.sheets.rbegin()->first;
  if (newest >= 0 && is_old(record, "timelapse", newest)) put_figures(record, timelapse_figures(record));
}

}  // namespace centigan
