#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "centigan/metrics/recipe.h"
#include "sections.h"

namespace centigan {
namespace {

struct Quantity {
  std::string label;
  std::vector<std::string> names;  // of stats.jsonl; the first one that is there
};
struct CurveChart {
  std::string title;
  std::vector<Quantity> curves;
};

const std::vector<CurveChart>& known_charts() {
  static const std::vector<CurveChart> charts = {
      {"Losses", {{"generator", {"Loss/G/loss"}}, {"discriminator", {"Loss/D/loss"}}}},
      {"Scores of the discriminator",
       {{"real", {"Overfit/scores/real", "Loss/scores/real"}},
        {"held out", {"Overfit/scores/held_out"}},
        {"fake", {"Overfit/scores/fake", "Loss/scores/fake"}}}},
      {"Augmentation strength", {{"p", {"Augment/p"}}}},
      {"Signs of overfitting",
       {{"mean sign on reals, r", {"Augment/sign", "Loss/signs/real"}},
        {"way of held-out pictures, r_v", {"Overfit/r_v"}}}}};
  return charts;
}

const std::vector<CurveChart>& machine_charts() {
  static const std::vector<CurveChart> charts = {
      {"Seconds per 1,000 pictures", {{"s/kimg", {"Timing/sec_per_kimg"}}}},
      {"Memory in MB", {{"process", {"Resources/cpu_mem_mb"}}, {"GPU", {"Resources/gpu_mem_mb"}}}}};
  return charts;
}

std::set<std::string> names_of(const std::vector<CurveChart>& charts) {
  std::set<std::string> names;
  for (const CurveChart& chart : charts)
    for (const Quantity& curve : chart.curves) names.insert(curve.names.begin(), curve.names.end());
  return names;
}

Chart chart_of(const RunRecord& record, const CurveChart& chart) {
  Chart drawn{chart.title, "kimg", {}, false};
  for (const Quantity& curve : chart.curves) {
    ChartLine line = stats_line(record, curve.names, curve.label);
    if (!line.points.empty()) drawn.lines.push_back(std::move(line));
  }
  return drawn;
}

// "r1_penalty" -> "R1 penalty"
std::string readable_name(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

// What a method adds to the losses, a chart each.
std::vector<CurveChart> other_losses(const RunRecord& record) {
  const std::set<std::string> shown = names_of(known_charts());
  std::set<std::string> names;
  for (const JsonRow& row : record.stats)
    for (const auto& [name, value] : row)
      if (name.rfind("Loss/", 0) == 0 && name.size() > 5 && shown.count(name) == 0) names.insert(name);
  std::vector<CurveChart> charts;
  for (const std::string& name : names) charts.push_back({readable_name(name.substr(5)), {{"latest", {name}}}});
  return charts;
}

std::string charts_html(const std::vector<std::string>& figures) {
  std::string html;
  for (const std::string& figure : figures) html += figure;
  return html.empty() ? "" : "<div class=\"charts\">\n" + html + "</div>\n";
}

std::string augmentation_sentence(const RunRecord& record) {
  const TrainerConfig& trainer = record.config.trainer;
  if (trainer.augment.empty()) return "";
  return "Augmentation: " + trainer.augment +
         (trainer.adapt.mode == "off" ? ", at constant strength."
                                      : ", its strength adapted (" + trainer.adapt.mode + ").");
}

}  // namespace

ChartLine stats_line(const RunRecord& record, const std::vector<std::string>& names, const std::string& label) {
  for (const std::string& name : names) {
    ChartLine line{label, {}};
    for (const JsonRow& row : record.stats)
      if (const auto images = number_in(row, "images"); images && row.count(name) > 0)
        line.points.emplace_back(*images / 1000, number_in(row, name).value_or(std::nan("")));
    if (!line.points.empty()) return line;
  }
  return {label, {}};
}

std::vector<MetricLine> metric_lines(const RunRecord& record, const std::string& label) {
  std::map<std::string, std::map<double, double>> values;
  std::map<std::string, std::string> titles;
  for (const JsonRow& row : record.metrics) {
    const std::string recipe = text_in(row, row.count("recipe") > 0 ? "recipe" : "metric"),
                      key = recipe.substr(0, recipe.rfind("]="));
    const auto images = number_in(row, "images"), value = number_in(row, "value");
    if (!images || !value || recipe.empty()) continue;
    values[key][*images / 1000] = *value;
    titles[key] = recipe.substr(0, recipe.find('['));
  }
  std::vector<MetricLine> lines;
  for (const auto& [key, points] : values) lines.push_back({key, titles[key], {label, {points.begin(), points.end()}}});
  return lines;
}

std::string curves_section(const RunRecord& record) {
  std::vector<std::string> figures, machine;
  for (const MetricLine& metric : metric_lines(record, "")) {
    if (metric.line.points.size() < 2) continue;
    Chart chart{metric.title, "kimg", {metric.line}, true};
    chart.lines[0].name = "latest";
    figures.push_back(chart_figure(chart));
  }
  for (const CurveChart& chart : known_charts()) figures.push_back(chart_figure(chart_of(record, chart)));
  for (const CurveChart& chart : other_losses(record)) figures.push_back(chart_figure(chart_of(record, chart)));
  for (const CurveChart& chart : machine_charts()) figures.push_back(chart_figure(chart_of(record, chart)));
  const std::string html = charts_html(figures);
  return html.empty() ? "" : html_paragraph(augmentation_sentence(record)) + html;
}

std::string comparison_curves(const std::vector<RunRecord>& records, const std::vector<std::string>& names) {
  std::map<std::string, Chart> metrics;
  for (size_t i = 0; i < records.size(); ++i)
    for (const MetricLine& metric : metric_lines(records[i], names[i])) {
      Chart& chart = metrics[metric.key];
      chart.title = metric.title, chart.marks = true;
      chart.lines.push_back(metric.line);
    }
  std::vector<std::string> figures;
  for (const auto& [key, chart] : metrics)
    if (chart.lines.size() > 1 || chart.lines[0].points.size() > 1) figures.push_back(chart_figure(chart));
  std::vector<CurveChart> single = {{"Loss of the generator", {{"", {"Loss/G/loss"}}}},
                                    {"Loss of the discriminator", {{"", {"Loss/D/loss"}}}},
                                    {"Score of reals", {{"", {"Overfit/scores/real", "Loss/scores/real"}}}},
                                    {"Score of fakes", {{"", {"Overfit/scores/fake", "Loss/scores/fake"}}}},
                                    {"Mean sign on reals, r", {{"", {"Augment/sign", "Loss/signs/real"}}}},
                                    {"Augmentation strength p", {{"", {"Augment/p"}}}},
                                    {"Seconds per 1,000 pictures", {{"", {"Timing/sec_per_kimg"}}}}};
  for (const CurveChart& one : single) {
    Chart chart{one.title, "kimg", {}, false};
    for (size_t i = 0; i < records.size(); ++i)
      if (ChartLine line = stats_line(records[i], one.curves[0].names, names[i]); !line.points.empty())
        chart.lines.push_back(std::move(line));
    figures.push_back(chart_figure(chart));
  }
  return charts_html(figures);
}

}  // namespace centigan
