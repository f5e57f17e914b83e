#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "../run_folder.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/text.h"
#include "centigan/trainers/report.h"
#include "timelapse.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

std::string file_text(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) ? read_text(path, "report") : "";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines = split(text, '\n');
  lines.erase(std::remove(lines.begin(), lines.end(), ""), lines.end());
  return lines;
}

JsonRow first_row(const std::string& path) {
  int64_t ignored = 0;
  const auto rows = read_json_rows(path, ignored);
  return rows.empty() ? JsonRow() : rows.front();
}

std::vector<std::string> parts_of(const std::string& text) {
  return text.empty() ? std::vector<std::string>() : split(text, '|');
}

bool plain_name(const std::string& name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string::npos;
}

void read_figures(RunRecord& record) {
  int64_t ignored = 0;
  for (const JsonRow& row : read_json_rows(record.folder + "/report/figures.jsonl", ignored)) {
    ReportFigure figure{text_in(row, "figure"), "", parts_of(text_in(row, "rows")), text_in(row, "caption"),
                        static_cast<int64_t>(number_in(row, "images").value_or(-1))};
    if (!plain_name(figure.name)) continue;
    figure.png = file_text(record.folder + "/report/" + figure.name + ".png");
    if (!figure.png.empty()) record.figures[figure.name] = std::move(figure);
  }
}

const std::string kChosen = "  auto: ";

void read_log(RunRecord& record) {
  for (const std::string& line : lines_of(file_text(record.folder + "/log.txt"))) {
    if (line.rfind(kChosen, 0) == 0) record.chosen.push_back(line.substr(kChosen.size()));
    if (line.rfind("  kimg ", 0) == 0) return;
  }
}

void keep_facts(const std::string& path, const JsonRow& facts) {
  if (facts.empty()) return;
  write_text_atomically(path, json_line(JsonFields(facts.begin(), facts.end())), "report");
}

void read_config_file(RunRecord& record) {
  const std::string file = record.folder + "/config.txt";
  std::error_code ignored;
  if (!fs::is_directory(record.folder, ignored))
    fail_usage("report", escaped(record.folder), "is no folder",
               "give run folders, such as `centigan train --out` makes");
  if (!fs::exists(file, ignored))
    fail_usage("report", escaped(record.folder), "holds no run: there is no config.txt",
               "give run folders, such as `centigan train --out` makes");
  const std::string text = read_text(file, "report");
  read_config(ConfigRef(record.config), text, file);
  record.fingerprint = stored_fingerprint(text).value_or("");
}

}  // namespace

std::vector<JsonRow> read_json_rows(const std::string& path, int64_t& unreadable) {
  std::vector<JsonRow> rows;
  for (const std::string& line : lines_of(file_text(path))) {
    const auto fields = parse_json_line(line);
    if (fields)
      rows.emplace_back(fields->begin(), fields->end());
    else
      ++unreadable;
  }
  return rows;
}

std::optional<double> number_in(const JsonRow& row, const std::string& name) {
  const auto found = row.find(name);
  if (found == row.end()) return std::nullopt;
  if (const auto* whole = std::get_if<int64_t>(&found->second)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&found->second)) return *real;
  return std::nullopt;
}

std::string text_in(const JsonRow& row, const std::string& name) {
  const auto found = row.find(name);
  const auto* text = found == row.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text ? *text : "";
}

std::vector<std::string> list_in(const JsonRow& row, const std::string& name) {
  return parts_of(text_in(row, name));
}

std::string RunRecord::name() const {
  const fs::path path = fs::path(folder).lexically_normal();
  const std::string last = path.filename().string();
  return !last.empty() && last != "." ? last : path.parent_path().filename().string();
}

int64_t RunRecord::images() const {
  int64_t seen = sheets.empty() ? 0 : sheets.rbegin()->first;
  if (!stats.empty()) seen = std::max(seen, static_cast<int64_t>(number_in(stats.back(), "images").value_or(0)));
  for (const auto& [name, figure] : figures) seen = std::max(seen, figure.images);
  return seen;
}

RunRecord read_run_record(const std::string& folder) {
  RunRecord record;
  record.folder = folder;
  read_config_file(record);
  read_log(record);
  record.stats = read_json_rows(folder + "/stats.jsonl", record.unreadable);
  record.metrics = read_json_rows(folder + "/metrics.jsonl", record.unreadable);
  record.sheets = sample_sheets(folder);
  record.data = first_row(folder + "/report/data.json");
  record.student = first_row(folder + "/report/student.json");
  read_figures(record);
  return record;
}

void put_figures(RunRecord& record, std::vector<ReportFigure> figures) {
  for (ReportFigure& figure : figures) {
    const std::string name = figure.name;
    if (figure.png.empty()) continue;
    record.figures[name] = std::move(figure);
  }
}

void keep_report_parts(const RunRecord& record) {
  const std::string folder = record.folder + "/report";
  make_folder(folder, "report");
  keep_facts(folder + "/data.json", record.data);
  keep_facts(folder + "/student.json", record.student);
  std::string list;
  for (const auto& [name, figure] : record.figures) {
    write_file_atomically(folder + "/" + name + ".png", figure.png.data(), figure.png.size(), "report");
    list += json_line(
        {{"figure", name}, {"images", figure.images}, {"rows", joined(figure.rows, "|")}, {"caption", figure.caption}});
  }
  write_text_atomically(folder + "/figures.jsonl", list, "report");
}

}  // namespace centigan
