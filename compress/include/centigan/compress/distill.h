// From a trained generator to a student that computes with the integers of its .cgm file.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "centigan/core/config.h"
#include "centigan/models/lite_config.h"
#include "centigan/models/lite_quant.h"
#include "centigan/trainers/train.h"

namespace centigan {

struct DistillConfig {
  std::string from;        // teacher: run folder or checkpoint
  std::string out;         // run folder of the student
  LiteConfig student;      // its architecture, where the teacher is no lite generator
  int64_t resolution = 0;  // its pictures; 0: the teacher's, at most 4 << (widths - 1)
  double kimg = 64, float_kimg = 400;
  int64_t batch = 32, seed = 0, threads = 0, pieces = 2;
  double lr = 0.002;
  std::string device = "auto";
};

inline void visit(ConfigVisitor& v, DistillConfig& c) {
  v.field("from", c.from, "Teacher: a run folder or a checkpoint.");
  v.field("out", c.out, "Run folder of the student.");
  v.group("student", c.student);
  v.field("resolution", c.resolution, "Side of the student's pictures; 0 takes the teacher's.");
  v.field("kimg", c.kimg, "Length of the training with integers, in thousands of pictures.");
  v.field("float_kimg", c.float_kimg,
          "Length of the float distillation before it, if the teacher is no lite generator.");
  v.field("batch", c.batch, "Pictures a step.");
  v.field("seed", c.seed, "Seed of everything random.");
  v.field("threads", c.threads, "Threads that work; 0 uses the cores there are.");
  v.field("pieces", c.pieces, "Parts of a batch that may run side by side.");
  v.field("lr", c.lr, "Adam's learning rate at the start; it falls to zero along a cosine.");
  v.field("device", c.device, "Device: auto, cpu or cuda.");
}

struct DistillReport {
  TrainEnd end = TrainEnd::kFinished;
  double psnr_before = 0,
         psnr_after = 0;  // dB of the integer pictures against the teacher's, 64 seeds; 0: not measured
  std::vector<std::pair<std::string, double>> saturation;  // share of values cut off, a layer
};

// A lite teacher's weights are taken over, its ranges measured, and the integers trained to draw the teacher's pictures
// (objective distill, the one training loop, resumable). Other teachers are first distilled into a float lite student
// in `out`-float. Writes quantised.txt with the report into the run folder.
DistillReport distill(const DistillConfig& config, const TrainOptions& options);

// Mean PSNR in dB of the pictures of seeds 0 … count-1: `model` in integers against `teacher` (pooled to its size).
double psnr_to_teacher(const QuantizedLite& model, Generator& teacher, int64_t count = 64);

// Share of cut-off values of every layer over `count` seeds. Above 0.1 % in a layer: warning; above 1 %: Error.
std::vector<std::pair<std::string, double>> check_saturation(const QuantizedLite& model, int64_t count = 64);

}  // namespace centigan
