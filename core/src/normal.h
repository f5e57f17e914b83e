// Quantiles of the normal distribution.
#pragma once

namespace centigan {

// p in (0,1). Relative error about 1e-16 (Wichura 1988, AS 241, PPND16).
double normal_quantile(double p);
// The same, refined by Halley steps against erfc until it does not move: good to the last bits of a double.
double normal_quantile_refined(double p);

}  // namespace centigan
