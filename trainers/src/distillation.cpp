#include "centigan/trainers/distillation.h"

#include <ATen/ATen.h>

#include <utility>

#include "centigan/core/log.h"

namespace centigan {
namespace {

constexpr double kLeastLength = 1e-6, kLeastDistance = 1e-12, kLeastDeviation = 1e-4;
constexpr double kKernelWidths[] = {0.25, 0.5, 1.0, 2.0, 4.0};

torch::Tensor mean_l1(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().mean();
}

torch::Tensor edge_l1(const torch::Tensor& difference) {
  return difference.diff(1, 2).abs().mean() + difference.diff(1, 3).abs().mean();
}

torch::Tensor coarser(const torch::Tensor& images) {
  return at::avg_pool2d(images, {2, 2});
}

torch::Tensor unit_length(const torch::Tensor& map) {
  const torch::Tensor wide = map.to(at::kFloat);
  return wide * at::rsqrt(wide.square().sum(1, true) + kLeastLength);
}

torch::Tensor squared_distances(const torch::Tensor& x, const torch::Tensor& y) {
  return (x.unsqueeze(1) - y.unsqueeze(0)).square().sum(2);
}

// Mean of the kernels over pairs of different rows.
torch::Tensor kernel_mean(const torch::Tensor& distances, const torch::Tensor& width) {
  torch::Tensor sum;
  for (const double factor : kKernelWidths) {
    const torch::Tensor kernel = at::exp(-distances / (factor * width));
    sum = sum.defined() ? sum + kernel : kernel;
  }
  const int64_t n = distances.size(0);
  return (sum.sum() - sum.diagonal().sum()) / (n * (n - 1));
}

torch::Tensor deviation(const torch::Tensor& x, const torch::Tensor& mean) {
  return at::sqrt((x - mean).square().mean(0) + kLeastDeviation * kLeastDeviation);
}

}  // namespace

torch::Tensor pixel_distance(torch::Tensor drawn, torch::Tensor wanted, int64_t levels, double gradient_weight) {
  torch::Tensor sum = mean_l1(drawn, wanted);
  if (gradient_weight > 0.0) sum = sum + gradient_weight * edge_l1(drawn - wanted);
  for (int64_t level = 0; level < levels && drawn.size(2) >= 4; ++level) {
    drawn = coarser(drawn), wanted = coarser(wanted);
    sum = sum + mean_l1(drawn, wanted);
  }
  return sum;
}

torch::Tensor pooled_to(const torch::Tensor& images, int64_t side) {
  const int64_t factor = images.size(2) / side;
  return factor <= 1 ? images : at::avg_pool2d(images, {factor, factor});
}

TeacherEye::TeacherEye(std::shared_ptr<LayeredDiscriminator> discriminator, int64_t side)
    : discriminator_(std::move(discriminator)), side_(side) {
  for (torch::Tensor parameter : discriminator_->parameters()) parameter.requires_grad_(false);
  discriminator_->eval();
}

std::vector<torch::Tensor> TeacherEye::maps(const torch::Tensor& images) const {
  std::vector<torch::Tensor> maps;
  const auto look = [&](const torch::Tensor& map) {
    maps.push_back(unit_length(map));
    return map;
  };
  discriminator_->maps(enlarged_to(images, side_), /*exact=*/false, look);
  return maps;
}

torch::Tensor enlarged_to(const torch::Tensor& images, int64_t side) {
  if (images.size(2) >= side) return images;
  return at::upsample_bilinear2d(images, {side, side}, /*align_corners=*/false);
}

torch::Tensor map_distance(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
  torch::Tensor sum = at::zeros({}, a.front().options());
  for (size_t i = 0; i < a.size(); ++i) sum = sum + (a[i] - b[i]).square().sum(1).mean();
  return sum / static_cast<double>(a.size());
}

torch::Tensor map_means(const std::vector<torch::Tensor>& maps) {
  std::vector<torch::Tensor> means;
  for (const torch::Tensor& map : maps) means.push_back(map.mean({2, 3}));
  return at::cat(means, 1);
}

torch::Tensor kernel_distance(const torch::Tensor& x, const torch::Tensor& y) {
  const torch::Tensor xx = squared_distances(x, x), yy = squared_distances(y, y), xy = squared_distances(x, y);
  const torch::Tensor width = at::clamp_min((xx.mean() + yy.mean() + 2 * xy.mean()).detach() / 4, kLeastDistance);
  return kernel_mean(xx, width) + kernel_mean(yy, width) - 2 * kernel_mean(xy, width);
}

torch::Tensor moment_distance(const torch::Tensor& x, const torch::Tensor& y) {
  const torch::Tensor mean_x = x.mean(0), mean_y = y.mean(0), scale = deviation(y, mean_y);
  const torch::Tensor means = (mean_x - mean_y) / scale, deviations = deviation(x, mean_x) / scale - 1.0;
  return (means.square() + deviations.square()).mean();
}

DistillParts distill_parts(const TrainConfig& config, const Run& teacher, std::shared_ptr<Generator> student,
                           torch::Device device) {
  const LossConfig& loss = config.loss;
  DistillParts parts;
  parts.student = std::move(student), parts.teacher = teacher.generator;
  parts.pyramid_levels = loss.pyramid_levels, parts.gradient_weight = loss.gradient_weight;
  parts.terms = loss.distill;
  parts.r1_gamma = loss.r1_gamma, parts.r1_interval = loss.r1_interval;
  parts.seed = static_cast<uint64_t>(config.trainer.seed), parts.device = device;
  parts.teacher->to(device);
  if (!parts.terms.need_discriminator()) return parts;
  parts.eye = std::dynamic_pointer_cast<LayeredDiscriminator>(teacher.discriminator);
  if (parts.eye) {
    parts.eye->to(device);
    if (parts.terms.adversarial > 0.0) parts.critic = open_run(teacher.checkpoint).discriminator;
    if (parts.critic) parts.critic->to(device);
    return parts;
  }
  warn("distill: " + teacher.checkpoint +
       " holds no discriminator, so the perceptual, the distribution and the adversarial term are off");
  parts.terms.perceptual = parts.terms.distribution = parts.terms.adversarial = 0.0;
  return parts;
}

}  // namespace centigan
