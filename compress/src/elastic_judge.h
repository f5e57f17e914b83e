// How far members of an elastic student are from its teacher.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "centigan/trainers/distillation.h"
#include "elastic.h"

namespace centigan {

// Mean distance of the pictures of `latents` latents and classes of (seed, "judge"): pixel_distance, and `perceptual`
// times map_distance where `eye` is there. Callable from several threads.
class ElasticJudge {
 public:
  ElasticJudge(const Elastic& elastic, Generator& teacher, std::shared_ptr<LayeredDiscriminator> eye, double perceptual,
               uint64_t seed, int64_t latents);
  double distance(const ModelConfig& student) const;  // of the elastic student's member
  double distance(Generator& student) const;

 private:
  struct Part {
    torch::Tensor z, c, wanted;
    SynthesisOptions noise;
    std::vector<torch::Tensor> maps;
  };

  const Elastic& elastic_;
  std::shared_ptr<TeacherEye> eye_;
  double perceptual_;
  std::vector<Part> parts_;
};

}  // namespace centigan
