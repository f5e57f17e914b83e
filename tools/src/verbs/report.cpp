// `centigan report`: a run as one HTML file, or several runs compared.
#include <filesystem>

#include "../cache_folder.h"
#include "../report_drawing.h"
#include "../verbs.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/log.h"
#include "centigan/core/text.h"

namespace centigan {
namespace {

constexpr int kMostRuns = 12;

ReportDrawing drawing_of(const CommandLine& line) {
  return {line.text("extractor"), line.text("weights-dir"), cache_folder(line),
          line.text("student"),   line.text("cgm"),         line.has("quiet")};
}

void write_page(const std::string& out, const std::string& html, const std::string& what) {
  write_text_atomically(out, html, "report");
  say(what + " in " + out + format_text(", %.1f MB", static_cast<double>(html.size()) / 1e6));
}

// Figures go to RUN/report/ so that they are not drawn again; a folder that cannot be written is no reason to fail.
void keep_parts(const RunRecord& record) {
  try {
    keep_report_parts(record);
  } catch (const Error& error) {
    warn("report: what was drawn is not kept: " + first_line(error.what()));
  }
}

int report_run(const CommandLine& line) {
  const std::string folder = line.operand(0, "RUN");
  RunRecord record = read_run_record(folder);
  ReportView view;
  if (!line.has("no-draw")) {
    draw_report(record, drawing_of(line), view.notes);
    keep_parts(record);
  }
  write_page(line.has("out") ? line.text("out") : folder + "/report.html", report_html(record, view),
             "report of " + folder);
  return 0;
}

int report_comparison(const CommandLine& line) {
  std::vector<RunRecord> records;
  for (size_t i = 0; i < line.operand_count(); ++i) records.push_back(read_run_record(line.operand(i, "RUN")));
  write_page(line.text("out"), comparison_html(records), std::to_string(records.size()) + " runs compared");
  return 0;
}

int report(const CommandLine& line) {
  return line.operand_count() < 2 ? report_run(line) : report_comparison(line);
}

}  // namespace

Verb report_verb() {
  return {"report",
          "makes one HTML page of a run, or of several runs side by side",
          "RUN [RUN…] [--out FILE.html]",
          {{"out", "FILE", "comparison.html",
            "The page. Default: report.html in the run folder, comparison.html here for several runs."},
           {"student", "RUN", "", "Distilled run to show beside it. Default: the one that lies beside it, if any."},
           {"cgm", "FILE", "", "Exported file of it. Default: one in these folders, or beside them under their names."},
           {"extractor", "NAME", "",
            "Network that finds the nearest training pictures, as for eval; none: pixels alone. Default: inception, "
            "where it is installed."},
           {"weights-dir", "DIR", "", "Folder of the metric networks."},
           {"cache", "DIR", "", "Where features of the reals are kept, or none. Default: $XDG_CACHE_HOME/centigan."},
           {"no-draw", "", "", "Draw nothing anew; show what is in the folder."}},
          {},
          kMostRuns,
          report};
}

}  // namespace centigan
