#include "centigan/models/generator.h"

#include <ATen/ATen.h>

namespace centigan {

void Generator::track_w(const torch::Tensor& ws, double beta) {
  const torch::NoGradGuard no_grad;
  const at::Tensor now = ws.detach().select(1, 0).mean(0);
  const at::Tensor mean = at::where(at::isfinite(now), now, w_avg());
  w_avg().copy_(mean + (w_avg() - mean) * beta);
}

torch::Tensor Generator::truncate(const torch::Tensor& ws, double psi, int64_t cutoff, const torch::Tensor& /*c*/) {
  if (psi == 1.0 || cutoff == 0) return ws;
  const int64_t count = cutoff < 0 ? ws.size(1) : std::min(cutoff, ws.size(1));
  const at::Tensor head = w_avg() + (ws.narrow(1, 0, count) - w_avg()) * psi;
  return count == ws.size(1) ? head : at::cat({head, ws.narrow(1, count, ws.size(1) - count)}, 1);
}

torch::Tensor Generator::forward(const torch::Tensor& z, const torch::Tensor& c, double psi,
                                 const SynthesisOptions& options, int64_t cutoff) {
  return synthesis(truncate(mapping(z, c), psi, cutoff, c), options);
}

}  // namespace centigan
