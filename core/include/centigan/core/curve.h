// A numeric setting that is a constant or changes over images seen.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace centigan {

// Text form: "0.0025", or points "kimg:value" joined by commas, "0:0.0025,142:0.0025,190:0.000125": linear between the
// points, constant before the first and after the last. kimg ascending, values finite.
class Curve {
 public:
  Curve(double constant = 0.0) : points_{{0.0, constant}} {}
  static bool parse(const std::string& text, Curve& out);  // false: not a curve, `out` unchanged
  double at(double kimg) const;
  std::string text() const;  // shortest form that parses back to the same bits
  bool operator==(const Curve& other) const { return points_ == other.points_; }

 private:
  std::vector<std::pair<double, double>> points_;
};

}  // namespace centigan
