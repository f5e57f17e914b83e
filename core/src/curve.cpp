#include "centigan/core/curve.h"

#include <cmath>

#include "config_text.h"

namespace centigan {
namespace {

bool parse_point(const std::string& text, std::pair<double, double>& point) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos) return false;
  return parse_double(trimmed(text.substr(0, colon)), point.first) &&
         parse_double(trimmed(text.substr(colon + 1)), point.second);
}

}  // namespace

bool Curve::parse(const std::string& text, Curve& out) {
  double constant;
  if (parse_double(trimmed(text), constant)) {
    out = Curve(constant);
    return true;
  }
  Curve curve;
  curve.points_.clear();
  for (const std::string& part : split(text, ',')) {
    std::pair<double, double> point;
    if (!parse_point(part, point)) return false;
    if (!curve.points_.empty() && point.first <= curve.points_.back().first) return false;
    curve.points_.push_back(point);
  }
  out = curve;
  return true;
}

double Curve::at(double kimg) const {
  if (kimg <= points_.front().first) return points_.front().second;
  for (size_t i = 1; i < points_.size(); ++i) {
    const auto& [x0, y0] = points_[i - 1];
    const auto& [x1, y1] = points_[i];
    if (kimg < x1) return y0 + (y1 - y0) * ((kimg - x0) / (x1 - x0));
  }
  return points_.back().second;
}

// One point at 0 is a constant: it has the same value everywhere.
std::string Curve::text() const {
  if (points_.size() == 1 && points_[0].first == 0.0) return double_text(points_[0].second);
  std::string text;
  for (const auto& [kimg, value] : points_) {
    text += (text.empty() ? "" : ",") + double_text(kimg) + ":" + double_text(value);
  }
  return text;
}

}  // namespace centigan
