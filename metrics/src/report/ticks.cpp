#include <algorithm>
#include <cmath>

#include "centigan/core/text.h"
#include "centigan/metrics/chart.h"

namespace centigan {
namespace {

double round_step(double raw) {
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= raw * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

// Thin spaces between thousands, from five digits on.
std::string grouped(const std::string& digits) {
  const size_t first = digits[0] == '-' ? 1 : 0, point = std::min(digits.find('.'), digits.size());
  if (point - first < 5) return digits;
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > first && i < point && (point - i) % 3 == 0) text += "\u2009";
    text += digits[i];
  }
  return text;
}

std::string without_zeros(std::string digits) {
  if (digits.find('.') == std::string::npos) return digits;
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return digits == "-0" ? "0" : digits;
}

}  // namespace

std::vector<double> round_ticks(double low, double high, int count) {
  std::vector<double> ticks;
  if (!(high > low) || !std::isfinite(high - low)) return ticks;
  const double step = round_step((high - low) / std::max(1, count));
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i) ticks.push_back(i * step + 0.0);
  return ticks;
}

std::string readable_number(double value, int digits) {
  if (!std::isfinite(value)) return std::isnan(value) ? "n/a" : value > 0 ? "∞" : "−∞";
  if (value == 0) return "0";
  const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(value))));
  if (magnitude < -4 || magnitude > 11) return format_text("%.*g", digits, value);
  const int decimals = std::max(0, digits - 1 - magnitude);
  std::string text = grouped(without_zeros(format_text("%.*f", decimals, value)));
  if (text[0] == '-') text.replace(0, 1, "−");
  return text;
}

}  // namespace centigan
