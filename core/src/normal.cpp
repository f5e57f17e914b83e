#include "normal.h"

#include "normal_math.h"

namespace centigan {

double normal_quantile(double p) {
  return normal_quantile_at(p);
}

double normal_quantile_refined(double p) {
  if (p > 0.5) return -normal_quantile_refined(1.0 - p);
  double x = normal_quantile(p);
  for (int i = 0; i < 3; ++i) {
    const double error = 0.5 * std::erfc(-x * M_SQRT1_2) - p;
    const double step = error * std::sqrt(2.0 * M_PI) * std::exp(0.5 * x * x);
    x -= step / (1.0 + 0.5 * x * step);
  }
  return x;
}

}  // namespace centigan
