// What distillation measures, for those who compare pictures of a student with its teacher's as training does.
#pragma once
#include <torch/types.h>

#include <memory>
#include <vector>

#include "centigan/trainers/objectives.h"
#include "centigan/trainers/train.h"

namespace centigan {

// Pictures [N,C,H,W] of both: L1 at full size and on `levels` coarser ones (down to 2 px), and `gradient_weight` times
// the L1 between differences of neighbouring pixels, which carry the thin lines that a plain L1 blurs.
torch::Tensor pixel_distance(torch::Tensor drawn, torch::Tensor wanted, int64_t levels, double gradient_weight);

// The teacher's pictures at the student's side, which divides theirs: means over squares.
torch::Tensor pooled_to(const torch::Tensor& images, int64_t side);

// The other way round, for a discriminator of a larger side: bilinear. Pictures that are large enough stay.
torch::Tensor enlarged_to(const torch::Tensor& images, int64_t side);

// A frozen discriminator as a judge of likeness. Pictures of another side are enlarged to the one it was trained at.
class TeacherEye {
 public:
  TeacherEye(std::shared_ptr<LayeredDiscriminator> discriminator, int64_t side);
  // One map [N,C,h,w] float32 for each convolution of its blocks, every pixel of unit length over the channels.
  std::vector<torch::Tensor> maps(const torch::Tensor& images) const;

 private:
  std::shared_ptr<LayeredDiscriminator> discriminator_;
  int64_t side_;
};

// Mean over maps and pixels of the squared distance, as in LPIPS (Zhang et al., 2018) with equal weights.
torch::Tensor map_distance(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b);

// Means of the maps over their pixels, side by side: [N,sum of C].
torch::Tensor map_means(const std::vector<torch::Tensor>& maps);

// Squared maximum mean discrepancy of the rows of x and y [N,F] (Gretton et al., 2012), without bias: pairs of equal
// rows are left out, as student and teacher share latents. Gaussian kernels of 1/4 to 4 times the mean squared
// distance.
torch::Tensor kernel_distance(const torch::Tensor& x, const torch::Tensor& y);

// Mean over columns of the squared differences of means and of deviations, in units of y's deviations.
torch::Tensor moment_distance(const torch::Tensor& x, const torch::Tensor& y);

// The parts of an objective that teaches `student` what a run draws, as config.loss says. Terms that need a
// discriminator are switched off, with a warning, if the run has none.
DistillParts distill_parts(const TrainConfig& config, const Run& teacher, std::shared_ptr<Generator> student,
                           torch::Device device);

}  // namespace centigan
