// The report of a run: one HTML file made from the files of its run folder, and the pictures that are drawn for it.
//
// What is expensive is drawn seldom and kept in RUN/report/ (figures as PNG files, listed with their captions in
// figures.jsonl; facts as one JSON line a file), so that the page itself can be written at every tick.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "centigan/core/log.h"
#include "centigan/models/generator.h"
#include "centigan/trainers/train_config.h"

namespace centigan {

// A line of a .jsonl file by name.
using JsonRow = std::map<std::string, JsonValue>;
// The number under a name; texts such as "nan" and names that are not there: none.
std::optional<double> number_in(const JsonRow& row, const std::string& name);
std::string text_in(const JsonRow& row, const std::string& name);  // "" if there is none
std::vector<std::string> list_in(const JsonRow& row, const std::string& name);  // the parts of a text between bars
// Lines of a .jsonl file; a missing file has none. `unreadable` counts those that are no line of ours.
std::vector<JsonRow> read_json_rows(const std::string& path, int64_t& unreadable);

// A number of metrics.jsonl.
struct MeasuredNumber {
  std::string key;     // its recipe without the value: numbers of one key may be compared
  std::string metric;  // as in recipes: "FID"
  std::string note;
  double value = 0;
  std::optional<double> error, kimg;  // thousands of pictures shown to the network
};
// The newest one of every recipe, in the order in which the recipes appear.
std::vector<MeasuredNumber> newest_numbers(const std::vector<JsonRow>& rows);
// "146.6 ± 0.4"
std::string number_text(const MeasuredNumber& number);

struct ReportFigure {
  std::string name;  // truncation, interpolation, nearest, classes, timelapse, animation, best, student
  std::string png;
  std::vector<std::string> rows;  // names of the picture's rows, from the top
  std::string caption;
  int64_t images = -1;  // pictures shown to the network that drew it; -1: does not matter
};

// What a run folder says about its run.
struct RunRecord {
  std::string folder;
  TrainConfig config;
  std::string fingerprint;                // of the pictures
  std::vector<std::string> chosen;        // what the preset auto chose and why
  std::vector<JsonRow> stats, metrics;    // lines of stats.jsonl and metrics.jsonl
  int64_t unreadable = 0;                 // lines that are none
  std::map<int64_t, std::string> sheets;  // sample sheets by pictures shown
  std::map<std::string, ReportFigure> figures;
  JsonRow data;     // facts about the pictures, as data_facts gives them
  JsonRow student;  // facts about the distilled network and its .cgm file
  std::string name() const;
  int64_t images() const;  // at the last tick, sheet or figure
};

// No run folder, or one whose config.txt cannot be read: usage error. Torn or foreign lines are counted, not read.
RunRecord read_run_record(const std::string& folder);
// A figure takes the place of one of its name; empty ones are passed over.
void put_figures(RunRecord& record, std::vector<ReportFigure> figures);
// Writes figures and facts to RUN/report/.
void keep_report_parts(const RunRecord& record);

struct ReportView {
  int64_t refresh_seconds = 0;     // the run is going on, and the page looks again so often
  std::vector<std::string> notes;  // what could not be shown, and why; a sentence each
};
std::string report_html(const RunRecord& record, const ReportView& view = {});
// Curves of several runs in one picture, numbers, sheets and differences of settings side by side.
std::string comparison_html(const std::vector<RunRecord>& records, const ReportView& view = {});

// Facts about the pictures of a run; looks for near-duplicates among at most 2,000 of them.
JsonRow data_facts(const Dataset& training, const Dataset* held_out, const std::string& path);

// Seeds with less and more truncation; ways between seeds; with classes, some seeds of each (at most 16 classes).
// `averaged` weights are the caller's matter, as is the time: about 90 pictures.
std::vector<ReportFigure> network_figures(Generator& generator, torch::Device device, int64_t images);

// Pictures of seeds 0 … beside their nearest training pictures by pixels, mirrored ones included: those that come
// nearest to copying, and some at random.
struct NearestInput {
  torch::Tensor fakes;                     // uint8 [m,C,H,W]
  torch::Tensor train, flipped, of_fakes;  // features of both sides, where there is a network; else undefined
  std::string network;                     // its name
};
inline constexpr int64_t kMostByPixels = 5000;  // training pictures; of more their pixels are not compared
// Without features and with more pictures than that: an empty figure, which is not kept.
ReportFigure nearest_figure(const Dataset& training, const NearestInput& input, int64_t images);
// uint8 pictures of the seeds 0 … count-1, with constant noise.
torch::Tensor report_samples(Generator& generator, torch::Device device, int64_t count);

// Rows from a few moments of the run, and an animation: from the sample sheets alone.
std::vector<ReportFigure> timelapse_figures(const RunRecord& record);

}  // namespace centigan
