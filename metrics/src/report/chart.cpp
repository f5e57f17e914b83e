#include "centigan/metrics/chart.h"

#include <algorithm>
#include <cmath>

#include "centigan/core/hash.h"
#include "centigan/core/text.h"
#include "centigan/metrics/report_page.h"

namespace centigan {
namespace {

constexpr double kWidth = 360, kHeight = 200, kLeft = 44, kRight = 8, kTop = 8, kBottom = 26;
constexpr size_t kMostPoints = 300;
constexpr int kColours = 6;

using Points = std::vector<std::pair<double, double>>;

bool finite(const std::pair<double, double>& point) {
  return std::isfinite(point.first) && std::isfinite(point.second);
}

// Means of neighbours; a gap stays a gap where all of a group is one.
Points thinned(const Points& points) {
  const size_t group = (points.size() + kMostPoints - 1) / kMostPoints;
  if (group <= 1) return points;
  Points few;
  for (size_t first = 0; first < points.size(); first += group) {
    double x = 0, y = 0, count = 0;
    for (size_t i = first; i < std::min(first + group, points.size()); ++i)
      if (finite(points[i])) x += points[i].first, y += points[i].second, ++count;
    few.emplace_back(count > 0 ? x / count : points[first].first, count > 0 ? y / count : std::nan(""));
  }
  few.back().first = points.back().first;
  return few;
}

struct Range {
  double low = 0, high = 0;
  bool clipped = false;
};

Range widened(Range range) {
  if (range.high > range.low) return range;
  const double room = std::max(std::abs(range.low) * 0.1, 1e-9);
  return {range.low - room, range.high + room, range.clipped};
}

// All values, unless some 2 % of them would take two thirds of the room.
Range value_range(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t last = values.size() - 1, some = last / 100;
  Range whole{values.front(), values.back(), false}, most{values[some], values[last - some], true};
  const double room = 0.1 * (most.high - most.low);
  most.low = std::max(whole.low, most.low - room), most.high = std::min(whole.high, most.high + room);
  const bool apart = most.high > most.low && whole.high - whole.low > 3 * (most.high - most.low);
  return widened(apart ? most : whole);
}

struct Scale {
  Range x, y;
  std::vector<double> ticks;  // of y
  double at_x(double v) const { return kLeft + (v - x.low) / (x.high - x.low) * (kWidth - kLeft - kRight); }
  double at_y(double v) const {
    return kHeight - kBottom - (v - y.low) / (y.high - y.low) * (kHeight - kTop - kBottom);
  }
};

// Limits become round, so that lines end at a tick or before it.
void take_round_limits(Range range, Scale& scale) {
  scale.y = range, scale.ticks = round_ticks(range.low, range.high, 4);
  if (scale.ticks.size() < 2) return;
  const double step = scale.ticks[1] - scale.ticks[0];
  if (scale.ticks.front() - range.low > 1e-9 * step)
    scale.ticks.insert(scale.ticks.begin(), step * (std::round(scale.ticks.front() / step) - 1));
  if (range.high - scale.ticks.back() > 1e-9 * step)
    scale.ticks.push_back(step * (std::round(scale.ticks.back() / step) + 1));
  scale.y.low = scale.ticks.front(), scale.y.high = scale.ticks.back();
}

bool scale_of(const std::vector<Points>& lines, Scale& scale) {
  std::vector<double> xs, ys;
  for (const Points& line : lines)
    for (const auto& point : line)
      if (finite(point)) xs.push_back(point.first), ys.push_back(point.second);
  if (xs.empty()) return false;
  const auto [low, high] = std::minmax_element(xs.begin(), xs.end());
  scale.x = widened({*low > 0 && *low < 0.2 * *high ? 0.0 : *low, *high, false});
  take_round_limits(value_range(std::move(ys)), scale);
  return true;
}

std::string colour_class(size_t index) {
  return "c" + std::to_string(index % kColours) + (index >= kColours ? " dashed" : "");
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
  return format_text("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor) + html_text(text) + "</text>";
}

std::string axes(const Scale& scale, const std::string& x_label) {
  std::string svg;
  for (const double y : scale.ticks)
    svg += format_text("<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>", kLeft, scale.at_y(y), kWidth - kRight) +
           text_at(kLeft - 6, scale.at_y(y) + 3.5, "end", readable_number(y));
  const std::vector<double> ticks = round_ticks(scale.x.low, scale.x.high, 5);
  for (const double x : ticks) {
    const bool last = x == ticks.back();
    svg += format_text("<path class=\"axis\" d=\"M%.1f %.1fv4\"/>", scale.at_x(x), kHeight - kBottom) +
           text_at(last ? std::min(scale.at_x(x), kWidth - kRight) : scale.at_x(x), kHeight - 8,
                   last ? "end" : "middle", readable_number(x) + (last ? "\u00a0" + x_label : ""));
  }
  return svg + format_text("<path class=\"axis\" d=\"M%.1f %.1fH%.1f\"/>", kLeft, kHeight - kBottom, kWidth - kRight);
}

std::string line_path(const Points& points, const Scale& scale) {
  std::string path;
  bool pen = false;
  for (const auto& point : points) {
    if (finite(point))
      path += (pen ? "L" : "M") + format_text("%.1f %.1f", scale.at_x(point.first), scale.at_y(point.second));
    pen = finite(point);
  }
  return path;
}

std::string marks_of(const Points& points, const Scale& scale, size_t index) {
  std::string svg;
  for (const auto& point : points)
    if (finite(point))
      svg += format_text("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>", colour_class(index).c_str(),
                         scale.at_x(point.first), scale.at_y(point.second));
  return svg;
}

std::string legend(const Chart& chart) {
  std::string html = "<p class=\"legend\">";
  for (size_t i = 0; i < chart.lines.size(); ++i) {
    double last = std::nan("");
    for (const auto& point : chart.lines[i].points)
      if (finite(point)) last = point.second;
    html += "<span><i class=\"" + colour_class(i) + "\"></i>" + html_text(chart.lines[i].name) + " <b>" +
            readable_number(last, 3) + "</b></span> ";
  }
  return html + "</p>";
}

}  // namespace

std::string chart_figure(const Chart& chart) {
  std::vector<Points> lines;
  for (const ChartLine& line : chart.lines) lines.push_back(thinned(line.points));
  Scale scale;
  if (!scale_of(lines, scale)) return "";
  std::string drawn;
  for (size_t i = 0; i < lines.size(); ++i) {
    drawn += "<path class=\"line " + colour_class(i) + "\" d=\"" + line_path(lines[i], scale) + "\"/>";
    if (chart.marks || lines[i].size() == 1) drawn += marks_of(lines[i], scale, i);
  }
  const std::string clip = format_text("plot%08x", crc32(chart.title + drawn));  // unlike the others of a page
  const std::string svg = format_text("<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", kWidth, kHeight) +
                          html_text(chart.title) + "\"><clipPath id=\"" + clip + "\">" +
                          format_text("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/></clipPath>", kLeft,
                                      kTop - 4, kWidth - kLeft - kRight + 4, kHeight - kTop - kBottom + 4) +
                          axes(scale, chart.x_label) + "<g clip-path=\"url(#" + clip + ")\">" + drawn + "</g></svg>";
  return "<figure class=\"chart\"><figcaption>" + html_text(chart.title) + "</figcaption>" + legend(chart) + svg +
         (scale.y.clipped ? "<p class=\"note\">Some values lie outside the scale.</p>" : "") + "</figure>\n";
}

}  // namespace centigan
