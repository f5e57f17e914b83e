#include <ctime>

#include "centigan/core/device.h"
#include "centigan/core/text.h"
#include "sections.h"

namespace centigan {
namespace {

std::string moment_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
  return text;
}

std::optional<double> latest(const RunRecord& record, const std::string& name) {
  return record.stats.empty() ? std::nullopt : number_in(record.stats.back(), name);
}

std::string model_text(const ModelConfig& model) {
  return model.family + " generator of " + std::to_string(picture_width(model)) + "×" +
         std::to_string(picture_height(model)) + " pixels";
}

std::string state_text(const RunRecord& record, const ReportView& view) {
  const double images = static_cast<double>(record.images());
  const std::string length = kimg_text(images) + " of " + kimg_text(record.config.trainer.kimg * 1000);
  const auto left = latest(record, "Timing/eta_sec");
  if (view.refresh_seconds > 0)
    return "Training, " + length + (left ? ", " + time_text(*left) + " left" : "") + ". This page follows the run.";
  return images >= record.config.trainer.kimg * 1000 ? "Finished after " + kimg_text(images) + "."
                                                     : "Stopped at " + length + ".";
}

void add_tile(std::vector<ReportTile>& tiles, const std::string& label, const std::string& value,
              const std::string& note = "") {
  if (!value.empty()) tiles.push_back({label, value, note});
}

std::string speed_text(const RunRecord& record) {
  const auto rate = latest(record, "Timing/img_per_sec");
  return rate ? readable_number(*rate, 3) + " pictures a second" : "";
}

std::vector<ReportTile> tiles_of(const RunRecord& record) {
  std::vector<ReportTile> tiles;
  const auto pictures = number_in(record.data, "pictures"), seconds = latest(record, "Timing/seconds");
  add_tile(tiles, "Training pictures", pictures ? readable_number(*pictures) : "",
           std::to_string(picture_width(record.config.model)) + "×" +
               std::to_string(picture_height(record.config.model)) + " pixels");
  add_tile(tiles, "Shown", kimg_text(static_cast<double>(record.images())),
           readable_number(static_cast<double>(record.images()), 12) + " pictures");
  if (const auto best = best_number(record))
    add_tile(tiles, "Best " + best->metric, readable_number(best->value),
             "at " + kimg_text(static_cast<double>(best->images)));
  else if (const auto numbers = newest_numbers(record.metrics); !numbers.empty())
    add_tile(tiles, numbers[0].metric, readable_number(numbers[0].value),
             numbers[0].kimg ? "at " + kimg_text(*numbers[0].kimg * 1000) : "");
  const std::string word = verdict_word(record);
  add_tile(tiles, "Memorising",
           word == "ok"      ? "no sign"
           : word == "check" ? "one sign"
           : word.empty()    ? ""
                             : "yes",
           "see the numbers");
  add_tile(tiles, "Time", seconds ? time_text(*seconds) : "", speed_text(record));
  const auto bytes = number_in(record.student, "bytes");
  add_tile(tiles, "On a chip", bytes ? readable_number(*bytes / 1024, 3) + " KiB" : "", "the .cgm file");
  return tiles;
}

std::string notes_html(const std::vector<std::string>& notes) {
  std::string html;
  for (const std::string& note : notes) html += html_paragraph(note, "note");
  return html;
}

std::vector<std::string> notes_of(const RunRecord& record, const ReportView& view) {
  std::vector<std::string> notes = view.notes;
  if (record.unreadable > 0)
    notes.push_back(std::to_string(record.unreadable) +
                    " lines of stats.jsonl and metrics.jsonl cannot be read and are left out.");
  return notes;
}

std::string foot_text() {
  return "Written by centigan " + build_info().version + " on " + moment_text() + ".";
}

std::vector<ReportSection> sections_of(const RunRecord& record, const ReportView& view) {
  return {{"notes", "Left out", notes_html(notes_of(record, view))},
          {"data", "Training pictures", data_section(record)},
          {"samples", "Samples", samples_section(record)},
          {"curves", "Curves", curves_section(record)},
          {"numbers", "Numbers", numbers_section(record)},
          {"nearest", "Nearest training pictures",
           figure_section(record, "nearest",
                          "Does it draw something new? Samples above the training pictures they are nearest to.")},
          {"truncation", "Truncation", figure_section(record, "truncation", "From the mean picture to full variety.")},
          {"interpolation", "Interpolation", figure_section(record, "interpolation", "Ways from one seed to another.")},
          {"classes", "Classes", figure_section(record, "classes", "The same seeds as different classes.")},
          {"timelapse", "Time-lapse", timelapse_section(record)},
          {"student", "Student and export", student_section(record)},
          {"settings", "Settings", settings_section(record)}};
}

// Names that tell the runs apart: the last part of the path, or all of it.
std::vector<std::string> names_apart(const std::vector<RunRecord>& records) {
  std::vector<std::string> names;
  for (const RunRecord& record : records) {
    int same = 0;
    for (const RunRecord& other : records) same += other.name() == record.name();
    names.push_back(same > 1 ? record.folder : record.name());
  }
  return names;
}

std::string runs_table(const std::vector<RunRecord>& records, const std::vector<std::string>& names) {
  ReportTable table{{"Run", "Pictures", "kimg", "Best", "Time"}, {}, false};
  for (size_t i = 0; i < records.size(); ++i) {
    const RunRecord& record = records[i];
    const auto pictures = number_in(record.data, "pictures"), seconds = latest(record, "Timing/seconds");
    const auto best = best_number(record);
    table.rows.push_back({html_text(names[i]) + "<small>" + html_text(model_text(record.config.model)) + "</small>",
                          pictures ? readable_number(*pictures) : "–",
                          readable_number(static_cast<double>(record.images()) / 1000),
                          best ? readable_number(best->value) + "<small>" + html_text(best->metric) + "</small>" : "–",
                          seconds ? time_text(*seconds) : "–"});
  }
  return table_html(table);
}

std::string sheets_beside(const std::vector<RunRecord>& records, const std::vector<std::string>& names) {
  std::string html;
  for (size_t i = 0; i < records.size(); ++i) html += latest_sheet(records[i], names[i]);
  return html.empty() ? "" : "<div class=\"pictures\">\n" + html + "</div>\n";
}

}  // namespace

std::string report_html(const RunRecord& record, const ReportView& view) {
  ReportPage page;
  page.title = record.name();
  page.subtitle = state_text(record, view) + " A " + model_text(record.config.model) + ".";
  page.refresh_seconds = view.refresh_seconds;
  page.tiles = tiles_of(record);
  page.sections = sections_of(record, view);
  page.foot = foot_text();
  return page_html(page);
}

std::string comparison_html(const std::vector<RunRecord>& records, const ReportView& view) {
  const std::vector<std::string> names = names_apart(records);
  ReportPage page;
  page.title = std::to_string(records.size()) + " runs compared";
  page.subtitle = joined(names);
  page.sections = {{"runs", "Runs", notes_html(view.notes) + runs_table(records, names)},
                   {"sheets", "Samples", sheets_beside(records, names)},
                   {"numbers", "Numbers", comparison_numbers(records, names)},
                   {"curves", "Curves", comparison_curves(records, names)},
                   {"settings", "Settings that differ", comparison_settings(records, names)}};
  page.foot = foot_text();
  return page_html(page);
}

}  // namespace centigan
