// A student of another grammar than its teacher's, fitted to the teacher's maps: a start for distillation.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "centigan/models/lite.h"

namespace centigan {

// Why a generator of `student` cannot be fitted to one of `teacher`: "" if it can. Both are lite and have one latent;
// the student's pictures are not larger. Layers, widths, demodulation, dense start and toRGBs may differ.
std::string fit_obstacle(const ModelConfig& teacher, const ModelConfig& student);

// Front to back, every layer is made to draw the maps of its counterpart in the teacher (the strongest channels,
// prune.h; the last layers of a level answer to each other) from what the layers before it really give: weights and
// bias by least squares before the activation, then gains, affine in the student's style, by least squares after it,
// which also stand in for demodulation that the student lacks. A start that is not dense takes the products of a fixed
// pattern and a gain that hold most of what an affine function of the style can draw of the teacher's. Where the
// student has no toRGB yet, some channels hand the teacher's picture on. Channels beyond the teacher's stay random.
// Latents of (seed, "fit").
std::shared_ptr<LiteGenerator> fitted(LiteGenerator& teacher, const ModelConfig& student, uint64_t seed,
                                      int64_t probes = 24, int64_t pictures = 512);

}  // namespace centigan
