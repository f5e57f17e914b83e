#include <cstdio>

#include "centigan/metrics/memorisation.h"

namespace centigan {
namespace {

std::string filled(const char* format, double a, double b = 0) {
  char text[200];
  std::snprintf(text, sizeof text, format, a, b);
  return text;
}

std::vector<MemorisationSign> signs_of(const MemorisationEvidence& e) {
  std::vector<MemorisationSign> signs;
  if (e.ratio)
    signs.push_back({filled("the fakes lie %.2f times as far from the training pictures as from each other's samples "
                            "(a copier: below 0.7)",
                            *e.ratio),
                     *e.ratio < 0.7});
  if (e.kid && e.kid_error)
    signs.push_back({filled("KID %.3g, standard error %.2g (a copier: below -3 errors)", *e.kid, *e.kid_error),
                     *e.kid < -3 * *e.kid_error});
  if (e.near_duplicates)
    signs.push_back({filled("%.1f %% of the fakes are near duplicates of a training picture (a copier: above 20 %%)",
                            100 * *e.near_duplicates),
                     *e.near_duplicates > 0.2});
  if (e.rank_z)
    signs.push_back({filled("rank test of distances to the training pictures against unseen ones: z = %.2f (a copier: "
                            "below -3)",
                            *e.rank_z),
                     *e.rank_z < -3});
  if (e.jump)
    signs.push_back(
        {filled("the largest step of an interpolation is %.1f times the mean step (a copier: above 6)", *e.jump),
         *e.jump > 6});
  return signs;
}

std::string sentence_of(const std::string& word, size_t present, size_t measured) {
  const std::string counts = std::to_string(present) + " of " + std::to_string(measured) + " signs of copying";
  if (measured == 0) return "nothing was measured that could show copying";
  if (word == "memorising") return "memorising: " + counts + "; look at the sheet of nearest training pictures";
  if (word == "check") return "check: " + counts + "; one alone proves nothing, look at the sheet";
  return "no sign of memorising: " + counts;
}

}  // namespace

MemorisationVerdict memorisation_verdict(const MemorisationEvidence& evidence) {
  MemorisationVerdict verdict;
  verdict.signs = signs_of(evidence);
  size_t present = 0;
  for (const auto& sign : verdict.signs) present += sign.present;
  verdict.word = present >= 2 ? "memorising" : present == 1 ? "check" : "ok";
  verdict.sentence = sentence_of(verdict.word, present, verdict.signs.size());
  return verdict;
}

}  // namespace centigan
