// Signs that a generator repeats its training pictures, and what they say together.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace centigan {

// Mann-Whitney test of distances to the training set: U counts the pairs in which a fake is farther away than a
// held-out picture, ties by half; z = (U - mn/2) / sqrt(v), v corrected for ties. z far below 0: fakes lie nearer to
// the training pictures than unseen pictures do. No value with fewer than 5 held-out distances, or if all are equal.
struct RankTest {
  double u;
  std::optional<double> z;
};
RankTest rank_test(const torch::Tensor& fake_distance, const torch::Tensor& held_out_distance);

// steps [paths,T]: distances of neighbouring pictures along each path. Median over paths of T max / sum: 1 where every
// step is alike, T for one jump between still pictures. A path without any change counts as 1.
double interpolation_jump(const torch::Tensor& steps);

// (mean D(train) - mean D(held out)) / (mean D(train) - mean D(fake)): 0 if D takes held-out pictures for training
// ones, 1 if it takes them for fakes. No value where the denominator is not positive.
std::optional<double> discriminator_gap(const torch::Tensor& train, const torch::Tensor& held_out,
                                        const torch::Tensor& fake);

// What is known; what is absent was not measured.
struct MemorisationEvidence {
  std::optional<double> ratio;            // calibrated ratio
  std::optional<double> kid, kid_error;   // full, with its standard error
  std::optional<double> near_duplicates;  // A(0.5)
  std::optional<double> rank_z;
  std::optional<double> jump;  // along interpolations
};

struct MemorisationSign {
  std::string text;  // "12 % of the fakes are near duplicates of a training picture (limit 20 %)"
  bool present;
};

struct MemorisationVerdict {
  std::string word;                     // "memorising": two signs and more; "check": one; "ok"
  std::string sentence;                 // the word in plain language, with the counts
  std::vector<MemorisationSign> signs;  // those that were measured
};

MemorisationVerdict memorisation_verdict(const MemorisationEvidence& evidence);

}  // namespace centigan
