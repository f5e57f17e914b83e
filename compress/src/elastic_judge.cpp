#include "elastic_judge.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "centigan/core/random.h"
#include "centigan/models/drawing.h"

namespace centigan {
namespace {

constexpr int64_t kPartSize = 32, kCoarserLevels = 3;

}  // namespace

ElasticJudge::ElasticJudge(const Elastic& elastic, Generator& teacher, std::shared_ptr<LayeredDiscriminator> eye,
                           double perceptual, uint64_t seed, int64_t latents)
    : elastic_(elastic), perceptual_(perceptual) {
  const at::NoGradGuard no_grad;
  const GeneratorShape& shape = elastic.widest()->shape();
  const auto device = elastic.widest()->w_avg().device();
  if (eye && perceptual > 0.0) eye_ = std::make_shared<TeacherEye>(std::move(eye), teacher.shape().height);
  for (int64_t first = 0; first < latents; first += kPartSize) {
    Part part;
    const int64_t count = std::min(kPartSize, latents - first);
    part.z = RandomStream(seed, "judge").normal(first, count, shape.z_dim).to(device);
    part.c = drawn_labels(RandomStream(seed, "judge/labels"), first, count, shape.c_dim);
    if (part.c.defined()) part.c = part.c.to(device);
    part.noise = {NoiseMode::kRandom, at::arange(first, first + count, at::kLong)};
    part.wanted = pooled_to(teacher.forward(part.z, part.c, 1.0, part.noise), shape.height);
    if (eye_) part.maps = eye_->maps(part.wanted);
    parts_.push_back(std::move(part));
  }
}

double ElasticJudge::distance(const ModelConfig& student) const {
  return distance(*elastic_.member(student));
}

double ElasticJudge::distance(Generator& student) const {
  const at::NoGradGuard no_grad;
  double sum = 0.0;
  int64_t count = 0;
  for (const Part& part : parts_) {
    const auto drawn = student.forward(part.z, part.c, 1.0, part.noise);
    auto distance = pixel_distance(drawn, part.wanted, kCoarserLevels, 1.0);
    if (eye_) distance = distance + perceptual_ * map_distance(eye_->maps(drawn), part.maps);
    sum += distance.item<double>() * static_cast<double>(drawn.size(0));
    count += drawn.size(0);
  }
  return sum / static_cast<double>(count);
}

}  // namespace centigan
