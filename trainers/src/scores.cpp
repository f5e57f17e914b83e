#include "centigan/trainers/scores.h"

#include <cstdio>

namespace centigan {

Scores read_scores(const Snapshot& snapshot) {
  Scores scores;
  const auto found = snapshot.texts.find("scores");
  if (found != snapshot.texts.end()) read_config(ConfigRef(scores), found->second, "scores of a checkpoint");
  return scores;
}

void write_scores(const Scores& scores, Snapshot& snapshot) {
  Scores copy = scores;
  snapshot.texts["scores"] = write_config(ConfigRef(copy));
}

std::string best_sentence(const Scores& scores) {
  if (scores.best_images < 0) return "";
  char at[40];
  std::snprintf(at, sizeof at, " at %.3f kimg", static_cast<double>(scores.best_images) / 1000.0);
  return scores.best_text + at;
}

}  // namespace centigan
