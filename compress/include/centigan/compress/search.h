// The best student for a device: one elastic student, an evolutionary search among its members, and a short training of
// the winner.
#pragma once
#include <cstdint>
#include <string>

#include "centigan/compress/distill.h"

namespace centigan {

struct SearchConfig {
  std::string from;        // teacher: run folder or checkpoint
  std::string out;         // run folder of the winner
  std::string budget;      // "flash=512K,ram=128K,instructions=200M"
  std::string elastic;     // run folder of the elastic student; empty: `out`-elastic
  LiteConfig student;      // the widest architecture; all defaults: that of a lite teacher, or a documented one
  int64_t resolution = 0;  // of the pictures; 0: the teacher's, at most what the widest student draws
  int64_t step = 8;        // widths and style sizes are multiples of it
  DistillTerms terms;
  double widest_kimg = 400, elastic_kimg = 80, float_kimg = 40, kimg = 16;
  int64_t members = 2;  // of the elastic student a step
  int64_t population = 32, generations = 20, latents = 64;
  double perceptual = 1.0;  // in the search
  int64_t float_batch = 8, batch = 32, seed = 0, threads = 0, pieces = 2;
  double widest_lr = 0.005, elastic_lr = 0.005, float_lr = 0.002, lr = 0.002;
  std::string device = "auto";
};

inline void visit(ConfigVisitor& v, SearchConfig& c) {
  v.field("from", c.from, "Teacher: a run folder or a checkpoint.");
  v.field("out", c.out, "Run folder of the student that is found; search.jsonl in it has all that were looked at.");
  v.field("budget", c.budget,
          "What the device has, such as flash=128K,ram=48K,instructions=60M; parts may be left out, not all.");
  v.field("elastic", c.elastic, "Run folder of the elastic student, to be shared by searches; empty is OUT-elastic.");
  v.group("student", c.student);
  v.field("resolution", c.resolution, "Side of the student's pictures; 0 takes the teacher's.");
  v.field("step", c.step, "Widths and sizes of the style are multiples of this.");
  v.group("terms", c.terms);
  v.field("widest_kimg", c.widest_kimg,
          "Length of the distillation of the widest student, if it cannot start with its teacher's weights.");
  v.field("elastic_kimg", c.elastic_kimg, "Length of the training of the elastic student.");
  v.field("float_kimg", c.float_kimg, "Length of the winner's training in floats.");
  v.field("kimg", c.kimg, "Length of the winner's training with integers, in thousands of pictures.");
  v.field("members", c.members, "Random members of the elastic student a step; they just keep the budget.");
  v.field("population", c.population, "Candidates a generation.");
  v.field("generations", c.generations, "Generations after the first one, which is random.");
  v.field("latents", c.latents, "Pictures by which a candidate is judged.");
  v.field("perceptual", c.perceptual,
          "Weight of the teacher's discriminator in the search; 0, or no discriminator: pixels alone.");
  v.field("float_batch", c.float_batch, "Pictures a step of all trainings in floats.");
  v.field("batch", c.batch, "Pictures a step of the training with integers.");
  v.field("seed", c.seed, "Seed of everything random.");
  v.field("threads", c.threads, "Threads that work; 0 uses the cores there are.");
  v.field("pieces", c.pieces, "Parts of a batch that may run side by side.");
  v.field("widest_lr", c.widest_lr, "Adam's learning rate at the start of the widest student's distillation.");
  v.field("elastic_lr", c.elastic_lr, "Adam's learning rate at the start of the elastic student's training.");
  v.field("float_lr", c.float_lr, "Adam's learning rate at the start of the winner's training in floats.");
  v.field("lr", c.lr, "Adam's learning rate at the start of the training with integers.");
  v.field("device", c.device, "Device: auto, cpu or cuda.");
}

struct SearchReport {
  TrainEnd end = TrainEnd::kFinished;
  ModelConfig student;  // the winner
  double distance = 0;  // of its float member, weights rounded
  int64_t judged = 0;   // students
  DistillReport trained;
};

// Elastic student (elastic.h): the teacher's own shape and weights where it is lite, else a widest one that is
// distilled first (`out`-widest). Trained in its run folder by the sandwich rule; evolution.h says how is searched,
// exactly within the budget by the planner; the winner is cut out and trained as distill() does, in `out`-float and
// `out`. Every part goes on where a stopped one left off. A budget that no member meets is refused before anything is
// trained.
SearchReport search(const SearchConfig& config, const TrainOptions& options);

}  // namespace centigan
