#include <algorithm>
#include <filesystem>

#include "../status.h"
#include "centigan/core/error.h"
#include "centigan/core/text.h"
#include "sections.h"
#include "sheet.h"

namespace centigan {
namespace {

std::string sheet_figure(const RunRecord& record, const std::string& path, const std::string& alt,
                         const std::string& caption) {
  const ModelConfig& model = record.config.model;
  return picture_figure({page_sheet(path, picture_height(model), picture_width(model)), alt, caption});
}

std::string count_text(const JsonRow& facts, const std::string& name) {
  return readable_number(number_in(facts, name).value_or(0), 12);
}

std::string data_sentence(const RunRecord& record) {
  const JsonRow& facts = record.data;
  if (facts.empty())
    return "Pictures of " + (record.config.data.path.empty() ? "no folder" : record.config.data.path) + ".";
  const double classes = number_in(facts, "classes").value_or(0), held = number_in(facts, "held_out").value_or(0);
  const double channels = number_in(facts, "channels").value_or(3);
  return count_text(facts, "pictures") + " pictures of " + text_in(facts, "path") + " at " +
         count_text(facts, "width") + "×" + count_text(facts, "height") + " pixels" +
         (channels == 1   ? ", grey"
          : channels == 4 ? ", with alpha"
                          : "") +
         (record.config.data.mirror ? ", also mirrored" : "") +
         (classes > 0 ? ", " + count_text(facts, "classes") + " classes" : ", without classes") +
         (held > 0 ? "; " + count_text(facts, "held_out") + " more are held out." : ".");
}

std::string duplicates_html(const JsonRow& facts) {
  const auto pairs = number_in(facts, "duplicates");
  if (!pairs) return "";
  if (*pairs == 0)
    return html_paragraph("No two of them are nearly the same picture (2 % of the pixels' range, mirrored or not).",
                          "note");
  std::string html = html_paragraph(readable_number(*pairs) + (*pairs == 1 ? " pair is" : " pairs are") +
                                        " nearly the same picture (within 2 % of the pixels' range):",
                                    "note") +
                     "<ul>\n";
  for (const std::string& pair : list_in(facts, "duplicate_names"))
    html += "<li>" + html_text(escaped(pair)) + "</li>\n";
  return html + "</ul>\n";
}

constexpr size_t kMostClassesNamed = 20;

std::string classes_html(const JsonRow& facts) {
  const auto names = list_in(facts, "class_names"), sizes = list_in(facts, "class_sizes");
  std::vector<std::string> texts;
  for (size_t k = 0; k < std::min({names.size(), sizes.size(), kMostClassesNamed}); ++k)
    texts.push_back(escaped(names[k]) + " " + sizes[k]);
  if (names.size() > kMostClassesNamed) texts.push_back("…");
  return texts.empty() ? "" : html_paragraph("Pictures a class: " + joined(texts) + ".", "note");
}

std::string best_figure(const RunRecord& record, int64_t latest) {
  const auto best = best_number(record);
  if (!best || best->images == latest) return "";
  const std::string caption = "Best: " + kimg_text(static_cast<double>(best->images)) + ", " + best->metric + " " +
                              readable_number(best->value);
  const auto sheet = record.sheets.find(best->images);
  if (sheet != record.sheets.end())
    return sheet_figure(record, sheet->second, "Samples of the best checkpoint", caption);
  const auto drawn = record.figures.find("best");
  if (drawn == record.figures.end() || drawn->second.images != best->images) return "";
  return picture_figure({drawn->second.png, "Samples of the best checkpoint", caption});
}

}  // namespace

std::string kimg_text(double images) {
  return readable_number(images / 1000) + "\u00a0kimg";
}

std::string time_text(double seconds) {
  return short_duration(seconds);
}

std::string data_section(const RunRecord& record) {
  const std::string reals = record.folder + "/reals.png";
  std::error_code ignored;
  if (record.config.data.path.empty() && record.data.empty()) return "";  // distill shows none
  const bool shown = std::filesystem::exists(reals, ignored);
  return html_paragraph(data_sentence(record)) +
         (shown ? sheet_figure(record, reals, "Training pictures", "As the networks see them, the first of them.")
                : "") +
         classes_html(record.data) + duplicates_html(record.data);
}

std::string samples_section(const RunRecord& record) {
  if (record.sheets.empty()) return html_paragraph("There is no sample sheet yet.");
  const auto& [images, path] = *record.sheets.rbegin();
  const auto best = best_number(record);
  std::string caption = "Latest: " + kimg_text(static_cast<double>(images));
  if (best && best->images == images)
    caption += ", the best so far, " + best->metric + " " + readable_number(best->value);
  return html_paragraph("Seeds from 0 on, nothing chosen, without truncation, drawn with the averaged weights.") +
         "<div class=\"pictures\">\n" + sheet_figure(record, path, "Latest samples", caption) +
         best_figure(record, images) + "</div>\n";
}

std::string latest_sheet(const RunRecord& record, const std::string& name) {
  if (record.sheets.empty()) return "";
  const auto& [images, path] = *record.sheets.rbegin();
  return sheet_figure(record, path, "Samples of " + name, name + ", " + kimg_text(static_cast<double>(images)));
}

std::string figure_section(const RunRecord& record, const std::string& name, const std::string& lead) {
  const auto found = record.figures.find(name);
  if (found == record.figures.end()) return "";
  ReportFigure figure = found->second;
  const auto names = list_in(record.data, "class_names");
  for (size_t k = 0; name == "classes" && k < std::min(names.size(), figure.rows.size()); ++k)
    figure.rows[k] = escaped(names[k]);
  const std::string moment = figure.images >= 0 ? "At " + kimg_text(static_cast<double>(figure.images)) + ". " : "";
  return html_paragraph(lead) + picture_figure({figure.png, lead, moment + figure.caption, figure.rows});
}

std::string timelapse_section(const RunRecord& record) {
  const auto moments = record.figures.find("timelapse"), moving = record.figures.find("animation");
  if (moments == record.figures.end()) return "";
  const ReportFigure& rows = moments->second;
  return "<div class=\"pictures\">\n" + picture_figure({rows.png, "Samples over the run", rows.caption, rows.rows}) +
         (moving == record.figures.end()
              ? ""
              : picture_figure({moving->second.png, "Samples over the run, moving", "", {}, true})) +
         "</div>\n";
}

std::string student_section(const RunRecord& record) {
  const std::string figure =
      figure_section(record, "student", "The same seeds, drawn by the run and by what it was shrunk to.");
  static const std::pair<const char*, const char*> kRows[] = {{"file", "File"},
                                                              {"bytes", "Size of the .cgm file"},
                                                              {"arena", "Memory for a picture"},
                                                              {"macs", "Multiplications a picture"},
                                                              {"milliseconds", "Time a picture, C runtime, here"},
                                                              {"teacher_bytes", "Weights of the run, float32"},
                                                              {"psnr", "Likeness to the run (PSNR)"}};
  static const std::pair<const char*, const char*> kUnits[] = {
      {"bytes", "bytes"}, {"arena", "bytes"}, {"teacher_bytes", "bytes"}, {"milliseconds", "ms"}, {"psnr", "dB"}};
  ReportTable table{{"Export", ""}, {}, false};
  for (const auto& [key, label] : kRows) {
    const auto number = number_in(record.student, key);
    std::string value =
        number ? readable_number(*number, *number >= 1000 ? 12 : 3) : html_text(text_in(record.student, key));
    for (const auto& [name, unit] : kUnits)
      if (number && key == std::string(name)) value += std::string("\u00a0") + unit;
    if (!value.empty()) table.rows.push_back({label, value});
  }
  return figure + (table.rows.empty() ? "" : table_html(table));
}

}  // namespace centigan
