// What a run knows of its own quality. It travels in the checkpoints as a text, beside what training depends on.
#pragma once
#include <optional>
#include <string>

#include "centigan/core/config.h"
#include "centigan/core/snapshot.h"

namespace centigan {

struct Scores {
  std::string metric;        // what was measured with how many fakes; numbers of another text are not compared
  double best = 0.0;         // its best value
  int64_t best_images = -1;  // pictures shown at that time; -1: there is none yet
  std::string best_text;     // the recipe with the value
  int64_t evaluated = -1;    // pictures shown at the latest evaluation
  double seconds = 0.0;      // spent on evaluations
  double last_seconds = 0.0;
};

inline void visit(ConfigVisitor& v, Scores& s) {
  v.field("metric", s.metric, "What was measured.");
  v.field("best", s.best, "Its best value.");
  v.field("best_images", s.best_images, "Pictures shown when it was reached, -1 before that.");
  v.field("best_text", s.best_text, "The recipe of the best value.");
  v.field("evaluated", s.evaluated, "Pictures shown at the latest evaluation, -1 before the first.");
  v.field("seconds", s.seconds, "Time spent on evaluations.");
  v.field("last_seconds", s.last_seconds, "Time of the latest one.");
}

// Of a checkpoint; without any: as a run starts.
Scores read_scores(const Snapshot& snapshot);
void write_scores(const Scores& scores, Snapshot& snapshot);

// "FID[…]=58.7 at 35.000 kimg", "" if there is no best.
std::string best_sentence(const Scores& scores);

// The scores that best.h5 of a run folder was saved with; none if it is missing, or damaged (a warning says so).
std::optional<Scores> best_of_run(const std::string& run);

}  // namespace centigan
