// Line charts as inline SVG, for pages that no script and no network helps. Includes no torch.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace centigan {

struct ChartLine {
  std::string name;
  std::vector<std::pair<double, double>> points;  // x does not fall; a value that is not finite leaves a gap
};

struct Chart {
  std::string title, x_label = "kimg";
  std::vector<ChartLine> lines;  // told apart by colour, from the seventh on also by dashes
  bool marks = false;            // a dot at every point: for lines of few points
};

// A <figure> with title, legend (with each line's last value) and an SVG that scales with its width; colours are those
// of the page (report_page.h). Lines of many points are thinned to means. A few values far outside the others do not
// set the scale; the figure says so. Without a finite point: "".
std::string chart_figure(const Chart& chart);

// About `count` round numbers (1, 2 or 5 times a power of ten apart) that lie from `low` to `high`.
std::vector<double> round_ticks(double low, double high, int count);

// A number as people read it: up to `digits` significant digits, thousands apart by thin spaces, no needless zeros.
std::string readable_number(double value, int digits = 4);

}  // namespace centigan
