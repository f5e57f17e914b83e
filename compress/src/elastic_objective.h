// Distillation of an elastic student: a few of its members a step.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "centigan/trainers/objectives.h"
#include "elastic.h"

namespace centigan {

// Each step the members that `choose` names for it (at least one) draw the teacher's pictures: the mean of
// pixel_distance and the perceptual term of `parts`. Trains the widest network as "G" and the short units as "short";
// `parts.student` is not looked at.
std::unique_ptr<Objective> make_elastic_distill(DistillParts parts, std::shared_ptr<Elastic> elastic,
                                                std::function<std::vector<ModelConfig>(int64_t step)> choose);

}  // namespace centigan
