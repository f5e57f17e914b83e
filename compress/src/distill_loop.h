// How the trainings of students are set up.
#pragma once
#include <memory>
#include <string>

#include "centigan/compress/distill.h"
#include "centigan/models/lite.h"
#include "centigan/trainers/train_config.h"

namespace centigan {

constexpr double kLeastTime = 1e-3;  // seconds; 0 would be no limit

// A run of `kimg` in the folder `out` that draws what config.from draws.
TrainConfig distill_loop(const DistillConfig& config, const ModelConfig& model, const std::string& out, double kimg);

// What the loop trains there: a student of `teacher` by some objective, on its device already.
TrainParts student_parts(const Run& teacher, std::shared_ptr<Generator> student, std::unique_ptr<Objective> objective);

// The same by plain distillation; moves the student to `device`.
TrainParts distilled_student(const TrainConfig& config, const Run& teacher, std::shared_ptr<Generator> student,
                             torch::Device device);

// A student of `model` out of a lite teacher; `start`: prune or fit.
std::shared_ptr<LiteGenerator> cut_out_of(LiteGenerator& teacher, const std::string& start, const ModelConfig& model,
                                          uint64_t seed);

// The options with what is left of the time for a process that began at clock_seconds() `begun`.
TrainOptions remaining_of(const TrainOptions& options, double begun);

// Whether the loop will load what it trains from there.
bool has_checkpoint(const std::string& out);

}  // namespace centigan
