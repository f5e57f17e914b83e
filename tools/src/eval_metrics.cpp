#include "eval_metrics.h"

#include <ATen/ATen.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <map>

#include "centigan/core/error.h"
#include "centigan/core/progress.h"
#include "centigan/core/random.h"
#include "centigan/core/text.h"
#include "centigan/metrics/calibration.h"
#include "centigan/metrics/diversity.h"
#include "centigan/metrics/features_check.h"
#include "centigan/metrics/inception_score.h"
#include "centigan/metrics/kid.h"
#include "centigan/metrics/measurement.h"
#include "centigan/metrics/pair_distances.h"
#include "centigan/metrics/pixel_vectors.h"
#include "centigan/metrics/prdc.h"
#include "centigan/metrics/recipe.h"
#include "drawing.h"

namespace centigan {
namespace {

constexpr int64_t kPrdcSubsets = 20, kMostCompared = 2000, kDiversityPairs = 1000, kManyRows = 20000;

// Where all rows of two sets are compared: a signal ends the work, and with many rows it says how far it is.
RowWatch watched(const EvalSubject& s, const std::string& what) {
  const auto progress = std::make_shared<std::unique_ptr<Progress>>();
  return [progress, what, quiet = s.quiet](int64_t done, int64_t total) {
    leave_if_stopped("eval", what + ", " + std::to_string(done) + " of " + std::to_string(total) + " rows");
    if (total < kManyRows) return;
    if (!*progress) *progress = std::make_unique<Progress>(what, total, "rows", quiet);
    (*progress)->update(done);
    if (done == total) (*progress)->finish();
  };
}

// Numbers beyond the Fréchet distance need each picture's features.
void need_features(const EvalSubject& s, const std::string& word) {
  if (s.real.imported() || s.fake.imported())
    fail("eval", word, "needs pictures, and mean and covariance are all that an .npz file holds",
         "give the folder, or ask for --metrics fid");
}

EvalNumbers fid_numbers(EvalSubject& s) {
  const auto moments = [](const MeasuredSet& set) {
    return set.imported() ? *set.moments : feature_moments(set.features);
  };
  const FrechetParts parts =
      s.real.imported() && s.fake.imported() ? frechet_distance(*s.real.moments, *s.fake.moments)
      : s.real.imported() ? frechet_distance(s.fake.features, s.real.moments->mean, s.real.moments->covariance)
      : s.fake.imported() ? frechet_distance(s.real.features, moments(s.fake).mean, moments(s.fake).covariance)
                          : frechet_distance(s.real.features, s.fake.features);
  return {{s.extractor->label("FID"), parts.value, {}, ""}};
}

EvalNumbers kid_numbers(EvalSubject& s) {
  const Kid result = kid(s.real.features, s.fake.features, watched(s, "kid"));
  s.evidence.kid = result.value;
  if (std::isfinite(result.error)) s.evidence.kid_error = result.error;
  return {{s.extractor->label("KID"), result.value, s.evidence.kid_error, result.memorising() ? "memorising?" : ""}};
}

EvalNumbers kid_subset_numbers(EvalSubject& s) {
  const KidSubsets result = kid_subsets(s.real.features, s.fake.features);
  const std::string name = "-sub(" + std::to_string(result.values.size()) + "x" + std::to_string(result.size) + ")";
  return {{s.extractor->label("KID") + name, result.mean, result.deviation,
           result.resampled ? "" : "every subset holds all reals: the deviation is no error bar"}};
}

// With many more fakes than reals coverage is about 1 for everything: also the mean of fakes as few as the reals.
EvalNumbers prdc_subset_numbers(EvalSubject& s, int64_t size) {
  const int64_t n = s.fake.features.size(0);
  std::vector<double> rows;
  for (int64_t t = 0; t < kPrdcSubsets; ++t) {
    const auto order = RandomStream(0, "prdc/" + std::to_string(t)).permutation(0, n);
    const at::Tensor chosen = at::tensor(std::vector<int64_t>(order.begin(), order.begin() + size), at::kLong);
    const Prdc p = prdc(s.real.features, s.fake.features.index_select(0, chosen));
    rows.insert(rows.end(), {p.precision, p.recall, p.density, p.coverage});
  }
  const at::Tensor values = at::tensor(rows, at::kDouble).reshape({kPrdcSubsets, 4});
  const std::string of = "," + std::to_string(kPrdcSubsets) + "x" + std::to_string(size) + ")";
  EvalNumbers numbers;
  const char* names[] = {"precision-sub(k=3", "recall-sub(k=3", "density-sub(k=5", "coverage-sub(k=5"};
  for (int64_t i = 0; i < 4; ++i)
    numbers.push_back(
        {names[i] + of, values.select(1, i).mean().item<double>(), values.select(1, i).std(false).item<double>(), ""});
  return numbers;
}

EvalNumbers prdc_numbers(EvalSubject& s) {
  EvalNumbers numbers;
  for (const auto& [name, value] : manifold_numbers(s.real.features, s.fake.features, watched(s, "prdc")))
    numbers.push_back({name, value, {}, ""});
  const int64_t n = s.real.features.size(0);
  if (s.fake.features.size(0) >= 2 * n)
    for (auto& number : prdc_subset_numbers(s, n)) numbers.push_back(number);
  return numbers;
}

EvalNumbers inception_score_numbers(EvalSubject& s) {
  const InceptionScore score = inception_score(s.extractor->logits(s.fake.features));
  return {{s.extractor->label("IS") + "(splits=10)", score.mean, score.deviation, ""}};
}

EvalNumbers ratio_numbers(EvalSubject& s) {
  const CalibratedRatio r = calibrated_ratio(s.real.features, s.fake.features);
  s.evidence.ratio = r.value;
  std::optional<double> spread;
  if (std::isfinite(r.spread())) spread = r.value * r.spread();
  return {{"ratio(R=" + std::to_string(r.blocks) + ")", r.value, spread, r.flag()}};
}

std::string pair_sentence(const MeasuredSet& set, const PicturePair& pair) {
  const auto name = [&](int64_t row) { return set.stream->name(set.used.at(static_cast<size_t>(row))); };
  return escaped(name(pair.first)) + " and " + escaped(name(pair.second)) + (pair.mirrored ? " (mirrored)" : "");
}

// Networks see likeness where pixels differ, and the other way round: copies are looked for in both.
void add_pixel_sentences(EvalSubject& s) {
  const NearestTraining* nearest = s.nearest_by_pixels();
  if (!nearest) return;
  s.sentences.push_back("by pixels at 32x32 " + format_text("%.1f %%", 100 * copied_share(*nearest, 0.5)) +
                        " of the fakes are near duplicates of a training picture");
  if (s.real.count() > kMostCompared) return;
  const at::Tensor pixels = s.real_pixels->pixels(s.real.used);
  const auto pairs = near_duplicates(pixels, mirrored_pixels(pixels));
  if (pairs.empty()) return;
  std::vector<std::string> named;
  for (size_t i = 0; i < std::min<size_t>(pairs.size(), 3); ++i) named.push_back(pair_sentence(s.real, pairs[i]));
  s.sentences.push_back(std::to_string(pairs.size()) + " pairs of training pictures are nearly the same: " +
                        joined(named) + (pairs.size() > 3 ? ", …" : ""));
}

EvalNumbers nearest_numbers(EvalSubject& s) {
  const NearestTraining& nearest = s.nearest_pictures();
  s.evidence.near_duplicates = copied_share(nearest, 0.5);
  s.sentences.push_back(std::to_string(nearest.covered) + " of the " + std::to_string(s.real.count()) +
                        " training pictures are the nearest of some of the " + std::to_string(s.fake.count()) +
                        " fakes");
  add_pixel_sentences(s);
  return {{"nearest-count(flip=1)", static_cast<double>(nearest.covered), {}, ""},
          {"near-duplicates(q=0.5,flip=1)", *s.evidence.near_duplicates, {}, ""},
          {"authenticity(flip=1)", 1 - copied_share(nearest, 1), {}, ""}};
}

EvalNumbers rank_numbers(EvalSubject& s) {
  const NearestTraining& nearest = s.nearest_pictures();
  const bool held = s.held_out.features.defined();
  const at::Tensor others =
      held ? distance_to_training(s.real.features, s.held_out.features, s.real.mirrored) : nearest.own;
  const RankTest test = rank_test(nearest.distance, others);
  if (!test.z)
    fail("eval", "rank", "has no value with " + std::to_string(others.size(0)) + " distances to compare with",
         "give 5 or more held-out pictures that are not all alike");
  s.evidence.rank_z = test.z;
  return {{held ? "rank(flip=1)" : "rank-loo(flip=1)", *test.z, {}, *test.z < -3 ? "memorising?" : ""}};
}

// Distances of pairs of a set's pictures; a signal ends the work.
PairDistance distances_within(const EvalSubject& s, const FeatureExtractor& extractor, const MeasuredSet& set) {
  return [&](const IndexPairs& pairs) {
    const auto count = static_cast<int64_t>(pairs.size());
    Progress progress("distances", count, "pairs", s.quiet);
    const at::Tensor distances = pair_distances(
        extractor, pairs, [&](int64_t row) { return set.picture(row); },
        [&](int64_t done) {
          progress.update(done);
          leave_if_stopped("eval", std::to_string(done) + " of " + std::to_string(count) + " pairs");
        });
    progress.finish();
    return distances;
  };
}

int64_t different_pairs(const MeasuredSet& set) {
  return std::min(kDiversityPairs, set.count() * (set.count() - 1) / 2);
}

EvalNumbers diversity_of(EvalSubject& s, const FeatureExtractor& extractor) {
  usable_features(s.fake.features, "fake", 2);
  const std::string name = extractor.distance_label();
  const at::Tensor& nearest = s.nearest_pictures().index;
  // Those of clusters and the random ones in one go: they share pictures.
  IndexPairs pairs = random_pairs(s.fake.count(), kDiversityPairs, s.seed);
  const IndexPairs of_clusters = cluster_pairs(nearest, s.real.count());
  pairs.insert(pairs.end(), of_clusters.begin(), of_clusters.end());
  const at::Tensor distances = distances_within(s, extractor, s.fake)(pairs);
  const double mean = distances.narrow(0, 0, kDiversityPairs).mean().item<double>();
  const ClusterDiversity clusters = cluster_diversity(nearest, s.real.count(), [&](const IndexPairs& within) {
    return distances.narrow(0, kDiversityPairs, static_cast<int64_t>(within.size()));
  });
  const int64_t real_pairs = different_pairs(s.real);
  const double real_mean =
      mean_pair_distance(s.real.count(), distances_within(s, extractor, s.real), real_pairs, s.seed);
  EvalNumbers numbers = {{name + "(pairs=1000)", mean, {}, ""},
                         {name + "-real(pairs=" + std::to_string(real_pairs) + ")", real_mean, {}, ""}};
  const std::string counts =
      std::to_string(clusters.empty) + " clusters are empty, " + std::to_string(clusters.single) + " hold one fake";
  if (clusters.used > 0) numbers.push_back({name + "-cluster", clusters.mean, {}, counts});
  for (EvalNumber& number : numbers) number.extractor = &extractor;
  return numbers;
}

EvalNumbers lpips_numbers(EvalSubject& s) {
  return diversity_of(s, *s.vgg);
}

EvalNumbers pd_numbers(EvalSubject& s) {
  return diversity_of(s, *s.extractor);
}

EvalNumbers diversity_numbers(EvalSubject& s) {
  return diversity_of(s, s.vgg ? *s.vgg : *s.extractor);
}

EvalNumbers vendi_numbers(EvalSubject& s) {
  return {{"vendi", vendi_score(s.fake.features), {}, ""}};
}

using WordFunction = std::function<EvalNumbers(EvalSubject&)>;

const std::vector<std::pair<std::string, WordFunction>>& word_functions() {
  static const std::vector<std::pair<std::string, WordFunction>> functions = {{"fid", fid_numbers},
                                                                              {"kid", kid_numbers},
                                                                              {"kid-sub", kid_subset_numbers},
                                                                              {"prdc", prdc_numbers},
                                                                              {"is", inception_score_numbers},
                                                                              {"ratio", ratio_numbers},
                                                                              {"nearest", nearest_numbers},
                                                                              {"rank", rank_numbers},
                                                                              {"vendi", vendi_numbers},
                                                                              {"diversity", diversity_numbers},
                                                                              {"lpips", lpips_numbers},
                                                                              {"pd", pd_numbers}};
  return functions;
}

}  // namespace

void EvalSubject::tap_pixels(std::shared_ptr<PictureStream>& real_stream, std::shared_ptr<PictureStream>& fake_stream) {
  real_stream = real_pixels = std::make_shared<PixelTap>(real_stream);
  fake_stream = fake_pixels = std::make_shared<PixelTap>(fake_stream);
}

const NearestTraining* EvalSubject::nearest_by_pixels() {
  if (!real_pixels) return nullptr;
  if (!pixel_nearest) {
    const at::Tensor pixels = real_pixels->pixels(real.used);
    pixel_nearest = nearest_training(pixels, fake_pixels->pixels(fake.used), mirrored_pixels(pixels));
  }
  return &*pixel_nearest;
}

const NearestTraining& EvalSubject::nearest_pictures() {
  if (!nearest) nearest = nearest_training(real.features, fake.features, real.mirrored, watched(*this, "nearest"));
  return *nearest;
}

const std::vector<NamedRecipe>& named_recipes() {
  static const std::vector<NamedRecipe> recipes = {{"few-shot", "fid,kid,prdc,ratio,nearest,rank", 500, "train"},
                                                   {"fid5k-train", "fid", 5000, "train"},
                                                   {"fid10k-test", "fid", 10000, "holdout"},
                                                   {"fid50k-full", "fid", 50000, "train"},
                                                   {"kid", "kid,kid-sub", 5000, "train"},
                                                   {"prdc", "prdc", 0, "train"}};
  return recipes;
}

const std::vector<std::string>& metric_words() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> all;
    for (const auto& [word, function] : word_functions()) all.push_back(word);
    for (const char* word : {"smoothness", "d-gap", "ppl"}) all.push_back(word);
    return all;
  }();
  return words;
}

EvalNumbers numbers_of_word(const std::string& word, EvalSubject& subject) {
  if (word != "fid") need_features(subject, word);
  for (const auto& [known, function] : word_functions())
    if (known == word) return function(subject);
  return numbers_of_run(word, subject);
}

}  // namespace centigan
