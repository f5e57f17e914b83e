// The numbers of `centigan eval`, by the words of --metrics, and the named recipes.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "centigan/metrics/memorisation.h"
#include "centigan/metrics/nearest.h"
#include "measured_set.h"
#include "pixel_tap.h"

namespace centigan {

struct EvalNumber {
  std::string metric;  // as in recipes: "FID", "precision(k=3)"
  double value = 0;
  std::optional<double> error;                  // one standard error, or the deviation the name speaks of
  std::string note;                             // flag or remark behind the number
  std::string of_class = {};                    // the class that it is about; "": all of them
  int64_t reals = -1, fakes = -1;               // pictures of that class
  const FeatureExtractor* extractor = nullptr;  // that it was measured with; null: the subject's
};
using EvalNumbers = std::vector<EvalNumber>;

// What there is to measure, and what was found so far.
struct EvalSubject {
  MeasuredSet real, fake;
  MeasuredSet held_out;  // without features where none was given
  FeatureExtractor* extractor = nullptr;
  FeatureExtractor* vgg = nullptr;  // that of LPIPS and PPL, where it is wanted and there
  std::shared_ptr<Run> run;         // that drew the fakes; null for folders
  uint64_t seed = 0;
  double psi = 1;
  int64_t path_pairs = 2000;
  bool quiet = false;
  std::optional<NearestTraining> nearest;
  MemorisationEvidence evidence;
  std::vector<std::string> sentences;  // said after the numbers

  const NearestTraining& nearest_pictures();

  // Pixels are compared, too: to be called before the sets are measured, with the streams they are measured from.
  void tap_pixels(std::shared_ptr<PictureStream>& real_stream, std::shared_ptr<PictureStream>& fake_stream);
  std::shared_ptr<PixelTap> real_pixels, fake_pixels;
  std::optional<NearestTraining> pixel_nearest;
  const NearestTraining* nearest_by_pixels();  // null without tapped streams
};

struct NamedRecipe {
  std::string name, metrics;
  int64_t fakes;  // 0: as many as reals
  std::string reference;
};
const std::vector<NamedRecipe>& named_recipes();

// Words of --metrics in the order in which they are computed.
const std::vector<std::string>& metric_words();

// One word's numbers. What cannot be computed of this subject: Error.
EvalNumbers numbers_of_word(const std::string& word, EvalSubject& subject);

// The Fréchet distance and the coverage of each class by itself, in the order of the reals' classes; a class with too
// few pictures has a sentence instead. Reals or fakes without labels, or with other classes: Error.
EvalNumbers numbers_of_classes(EvalSubject& subject);

// Those that need the networks of the run: "smoothness", "d-gap", "ppl".
EvalNumbers numbers_of_run(const std::string& word, EvalSubject& subject);

}  // namespace centigan
