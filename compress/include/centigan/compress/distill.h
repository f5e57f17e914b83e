// From a trained generator to a student that computes with the integers of its .cgm file.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "centigan/core/config.h"
#include "centigan/models/lite_config.h"
#include "centigan/models/lite_quant.h"
#include "centigan/trainers/train.h"

namespace centigan {

struct DistillConfig {
  std::string preset;         // a documented student whose settings the others are (apply_student_preset)
  std::string from;           // teacher: run folder or checkpoint
  std::string out;            // run folder of the student
  LiteConfig student;         // its architecture; all defaults: that of a lite teacher
  int64_t resolution = 0;     // its pictures; 0: the teacher's, at most 4 << (widths - 1)
  std::string init = "auto";  // copy, prune, fit, random, or auto: the first that fits
  DistillTerms terms;
  std::string weight_bytes;          // most bytes of the file, "60K"
  std::string budget;                // "flash=512K,ram=128K,instructions=200M"
  double kimg = 64, float_kimg = 0;  // 0: 60, or 400 for a random start
  int64_t batch = 32, seed = 0, threads = 0, pieces = 2;
  double lr = 0.002;
  int64_t float_batch = 8;  // many small steps: a new student has everything to learn
  double float_lr = 0.005;
  std::string device = "auto";
};

inline void visit(ConfigVisitor& v, DistillConfig& c) {
  v.field("preset", c.preset, "Student to start from: E32-S, E32, E64 or E128; flags win over it.");
  v.field("from", c.from, "Teacher: a run folder or a checkpoint.");
  v.field("out", c.out, "Run folder of the student.");
  v.group("student", c.student);
  v.field("resolution", c.resolution, "Side of the student's pictures; 0 takes the teacher's.");
  v.field("init", c.init,
          "Weights the student starts with: copy (a lite teacher's), prune (cut out of a wider lite teacher), fit "
          "(fitted to a lite teacher's maps), random; auto takes the first that fits.");
  v.group("terms", c.terms);
  v.field("weight_bytes", c.weight_bytes,
          "Most bytes of the file, such as 60K: layers get 8, 6 or 4 bits by what it costs the pictures.");
  v.field("budget", c.budget,
          "What the device has, such as flash=128K,ram=32K,instructions=50M; all parts may be left out.");
  v.field("kimg", c.kimg, "Length of the training with integers, in thousands of pictures.");
  v.field("float_kimg", c.float_kimg,
          "Length of the float distillation before it, if the student is no copy of its teacher; 0 is 60, or 400 for a "
          "random start.");
  v.field("batch", c.batch, "Pictures a step.");
  v.field("seed", c.seed, "Seed of everything random.");
  v.field("threads", c.threads, "Threads that work; 0 uses the cores there are.");
  v.field("pieces", c.pieces, "Parts of a batch that may run side by side.");
  v.field("lr", c.lr, "Adam's learning rate at the start; it falls to zero along a cosine.");
  v.field("float_batch", c.float_batch, "Pictures a step of the float distillation.");
  v.field("float_lr", c.float_lr, "Adam's learning rate at the start of the float distillation.");
  v.field("device", c.device, "Device: auto, cpu or cuda.");
}

struct DistillReport {
  TrainEnd end = TrainEnd::kFinished;
  double psnr_before = 0,
         psnr_after = 0;  // dB of the integer pictures against the teacher's, 64 seeds; 0: not measured
  std::vector<std::pair<std::string, double>> saturation;  // share of values cut off, a layer
  std::vector<std::pair<std::string, int64_t>> bits;       // of the weights, a layer
  int64_t file_bytes = 0;                                  // of the .cgm file, exactly
};

// Sets the architecture of a documented student (student_presets.h), and the resolution.
void apply_student_preset(const std::string& name, DistillConfig& config);

// Float weights that a student starts with, by its configuration.
using FloatStart = std::function<std::shared_ptr<LiteGenerator>(const ModelConfig&)>;

// A student of a lite teacher's shape takes over its weights. Others are first distilled into a float lite student in
// `out`-float, whose weights are random or cut out of a wider lite teacher. Then ranges are measured, bits of weights
// chosen where there is a budget, and the integers trained to draw the teacher's pictures (objective distill, the one
// training loop, resumable). A budget that cannot be met is refused before anything is trained. Writes quantised.txt
// with the report into the run folder. `start`: instead of what config.init says.
DistillReport distill(const DistillConfig& config, const TrainOptions& options, const FloatStart& start = nullptr);

// Mean PSNR in dB of the pictures of seeds 0 … count-1: `model` in integers against `teacher` (pooled to its size).
double psnr_to_teacher(const QuantizedLite& model, Generator& teacher, int64_t count = 64);

// Share of cut-off values of every layer over `count` seeds. Above 0.1 % in a layer: warning; above 1 %: Error.
std::vector<std::pair<std::string, double>> check_saturation(const QuantizedLite& model, int64_t count = 64);

}  // namespace centigan
