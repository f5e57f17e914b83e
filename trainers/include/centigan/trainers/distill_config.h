// Terms of distillation beside those on pixels (docs/students.md). All are off unless a weight is given.
#pragma once
#include <string>

#include "centigan/core/config.h"

namespace centigan {

struct DistillTerms {
  double perceptual = 0.0, distribution = 0.0, adversarial = 0.0;  // need the teacher's discriminator
  std::string distance = "mmd";                                    // of distributions: mmd, moments
  double w = 0.0;
  bool need_discriminator() const { return perceptual > 0.0 || distribution > 0.0 || adversarial > 0.0; }
};

inline void visit(ConfigVisitor& v, DistillTerms& c) {
  v.field(
      "perceptual", c.perceptual,
      "Weight of the difference between the maps that the teacher's discriminator makes of both pictures; 0 is off.");
  v.field("distribution", c.distribution,
          "Weight of the distance between both batches in the means of these maps; 0 is off.");
  v.field("distance", c.distance, "That distance: mmd (a kernel of several widths) or moments (means and deviations).");
  v.field("adversarial", c.adversarial,
          "Weight of the score of a copy of the teacher's discriminator that learns to tell both apart; 0 is off.");
  v.field("w", c.w, "Weight of the error with which a learned projection of the student's style gives the teacher's.");
}

}  // namespace centigan
