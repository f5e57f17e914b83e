// Numbers about integers that were trained.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "centigan/compress/distill.h"
#include "centigan/core/error.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/core/random.h"
#include "centigan/models/drawing.h"
#include "centigan/trainers/distillation.h"

namespace centigan {
namespace {

double psnr(const at::Tensor& a, const at::Tensor& b) {
  const double error = (a.to(at::kDouble) - b.to(at::kDouble)).square().mean().item<double>();
  return 10.0 * std::log10(255.0 * 255.0 / std::max(error, 1e-9));
}

}  // namespace

double psnr_to_teacher(const QuantizedLite& model, Generator& teacher, int64_t count) {
  at::NoGradGuard guard;
  std::vector<uint64_t> seeds;
  for (int64_t i = 0; i < count; ++i) seeds.push_back(static_cast<uint64_t>(i));
  const auto device = teacher.parameters().front().device();
  const DrawRequest request = request_of_seeds(teacher.shape(), seeds);
  const at::Tensor c = request.labels.defined() ? request.labels.to(device) : request.labels;
  const auto wanted = teacher.forward(request.z.to(device), c, 1.0, {NoiseMode::kRandom, request.noise_seeds}).cpu();
  return psnr(to_uint8(pooled_to(wanted, model.side())), lite_integer_pictures_of_seeds(model, seeds));
}

std::vector<std::pair<std::string, double>> check_saturation(const QuantizedLite& model, int64_t count) {
  std::vector<at::Tensor> latents;
  for (int64_t i = 0; i < count; ++i) latents.push_back(runtime_latent(static_cast<uint64_t>(i), model.latent));
  std::vector<double> shares;
  lite_integer_pictures(model, lite_integer_latent(at::stack(latents)), at::arange(count, at::kLong), {}, &shares);
  std::vector<std::pair<std::string, double>> result;
  for (const QuantizedLayer& layer : model.layers) {
    if (layer.layer.op == LiteOp::kToRgb) continue;
    const double share = shares[result.size()];
    result.emplace_back(layer.layer.name, share);
    const std::string text = "cuts off " + Curve(std::round(share * 1e5) / 1e3).text() + " % of its values at +-127";
    if (share > 0.01)
      fail("distill", layer.layer.name, text + " (limit 1 %)",
           "measure ranges over more latents (lite.quant.calibration)");
    if (share > 0.001) warn("distill: " + layer.layer.name + ": " + text);
  }
  return result;
}

}  // namespace centigan
