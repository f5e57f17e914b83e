// What `centigan report` draws beyond what training left behind.
#pragma once
#include <string>
#include <vector>

#include "centigan/trainers/report.h"
#include "centigan/trainers/train.h"

namespace centigan {

struct ReportDrawing {
  std::string extractor, weights_dir, cache;  // features for the nearest pictures; no network: pixels
  std::string student, cgm;                   // "": looked for beside the run
  bool quiet = false;
};

// Draws what is missing or older than the newest checkpoint into `record`. What cannot be drawn: a sentence in `notes`.
void draw_report(RunRecord& record, const ReportDrawing& drawing, std::vector<std::string>& notes);

// The student of a run and its .cgm file, as far as there are any: a figure and facts.
void draw_student(RunRecord& record, Run& run, const ReportDrawing& drawing, std::vector<std::string>& notes);

}  // namespace centigan
