// The parts of a report, each the HTML of one section; "" where there is nothing to show.
#pragma once
#include <string>
#include <vector>

#include "centigan/metrics/chart.h"
#include "centigan/metrics/report_page.h"
#include "centigan/trainers/report.h"

namespace centigan {

// One value of stats.jsonl over the run, by the first of `names` that is there.
ChartLine stats_line(const RunRecord& record, const std::vector<std::string>& names, const std::string& label);
// Numbers of metrics.jsonl that are of one recipe, over the run; what is drawn from one moment only is left out.
struct MetricLine {
  std::string key, title;  // recipe without seed and value; name of the metric
  ChartLine line;
};
std::vector<MetricLine> metric_lines(const RunRecord& record, const std::string& label);

std::string curves_section(const RunRecord& record);
std::string comparison_curves(const std::vector<RunRecord>& records, const std::vector<std::string>& names);

// What the numbers say about memorising; without enough of them `word` is empty.
std::string verdict_word(const RunRecord& record);
std::string numbers_section(const RunRecord& record);
std::string comparison_numbers(const std::vector<RunRecord>& records, const std::vector<std::string>& names);
// Pictures shown at the best evaluation while the run was trained, and its number; nothing without evaluations.
struct BestNumber {
  int64_t images;
  std::string metric;
  double value;
};
std::optional<BestNumber> best_number(const RunRecord& record);

std::string settings_section(const RunRecord& record);
std::string comparison_settings(const std::vector<RunRecord>& records, const std::vector<std::string>& names);

std::string data_section(const RunRecord& record);
std::string samples_section(const RunRecord& record);
std::string latest_sheet(const RunRecord& record, const std::string& name);  // one figure, captioned with the name
// A drawn figure with a sentence in front; "" if it was not drawn.
std::string figure_section(const RunRecord& record, const std::string& name, const std::string& lead);
std::string timelapse_section(const RunRecord& record);
std::string student_section(const RunRecord& record);

std::string kimg_text(double images);  // "12.8 kimg"
std::string time_text(double seconds);

}  // namespace centigan
