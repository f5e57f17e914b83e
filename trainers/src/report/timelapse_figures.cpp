#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "../timelapse.h"
#include "centigan/core/animation.h"
#include "centigan/core/image.h"
#include "centigan/metrics/chart.h"
#include "centigan/trainers/report.h"
#include "sheet.h"

namespace centigan {
namespace {

constexpr size_t kMoments = 8, kFrames = 24;
constexpr int64_t kRowCells = 8, kRowCell = 64, kFrameCells = 4, kFrameCell = 48;

using Sheets = std::vector<std::pair<int64_t, std::string>>;

// More of the beginning, where more changes.
Sheets moments_of(const Sheets& all) {
  Sheets moments;
  for (size_t i = 0; i < kMoments; ++i) {
    const double share = static_cast<double>(i) / (kMoments - 1);
    const size_t at = static_cast<size_t>(std::lround(share * share * static_cast<double>(all.size() - 1)));
    if (moments.empty() || moments.back().first != all[at].first) moments.push_back(all[at]);
  }
  return moments;
}

struct Cell {
  int64_t height, width;
};

at::Tensor cells_of(const at::Tensor& sheet, Cell cell, int64_t rows, int64_t columns, int64_t side) {
  rows = std::min(rows, sheet.size(1) / cell.height), columns = std::min(columns, sheet.size(2) / cell.width);
  if (rows < 1 || columns < 1) return {};
  const at::Tensor part = sheet.narrow(1, 0, rows * cell.height).narrow(2, 0, columns * cell.width);
  return shrunk(part, rows * side, columns * side);
}

ReportFigure moments_figure(const Sheets& all, Cell cell) {
  ReportFigure figure{"timelapse", "", {}, "The same latents at each moment, more of the beginning.", all.back().first};
  std::vector<at::Tensor> rows;
  for (const auto& [images, path] : moments_of(all)) {
    const at::Tensor sheet = read_sheet(path);
    const at::Tensor row = sheet.defined() ? cells_of(sheet, cell, 1, kRowCells, kRowCell) : at::Tensor();
    if (!row.defined() || (!rows.empty() && row.sizes() != rows[0].sizes())) continue;
    rows.push_back(row);
    figure.rows.push_back(readable_number(static_cast<double>(images) / 1000) + " kimg");
  }
  if (!rows.empty()) figure.png = png_bytes(at::cat(rows, 1));
  return figure;
}

// At most kFrames sheets, evenly, the last among them.
ReportFigure animation_figure(const Sheets& all, Cell cell) {
  ReportFigure figure{"animation", "", {}, "", all.back().first};
  std::vector<std::string> frames;
  at::Tensor first;
  for (const size_t at : thinned_sheets(all.size(), kFrames)) {
    const at::Tensor sheet = read_sheet(all[at].second);
    const at::Tensor frame =
        sheet.defined() ? cells_of(sheet, cell, kFrameCells, kFrameCells, kFrameCell) : at::Tensor();
    if (!frame.defined() || (first.defined() && frame.sizes() != first.sizes())) continue;
    if (!first.defined()) first = frame;
    frames.push_back(png_bytes(frame));
  }
  if (frames.size() > 1) figure.png = animation_bytes(frames, "time-lapse");
  return figure;
}

}  // namespace

std::vector<ReportFigure> timelapse_figures(const RunRecord& record) {
  const Sheets all(record.sheets.begin(), record.sheets.end());
  std::vector<ReportFigure> figures;
  if (all.size() < 2) return figures;
  const Cell cell{picture_height(record.config.model), picture_width(record.config.model)};
  for (ReportFigure figure : {moments_figure(all, cell), animation_figure(all, cell)})
    if (!figure.png.empty()) figures.push_back(std::move(figure));
  return figures;
}

}  // namespace centigan
