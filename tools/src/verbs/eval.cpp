// `centigan eval`: how good the pictures of a run or a folder are, against its training set or another folder.
#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "../drawing.h"
#include "../picture_set.h"
#include "../verbs.h"
#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/core/progress.h"
#include "centigan/core/random.h"
#include "centigan/metrics/measurement.h"
#include "centigan/metrics/nearest.h"

namespace centigan {
namespace {

constexpr int64_t kSheetColumns = 16;

struct Comparison {
  PictureSet real, fake;
  int64_t seed = 0;
  double psi = 1.0;
  std::string run_folder;  // gets the numbers and the sheet; may be empty
  int64_t images = -1;     // shown to the network that drew the fakes; -1: not known
};

struct Features {
  at::Tensor real, mirrored, fake;
};

Features features_of(FeatureExtractor& extractor, const Comparison& sets, bool quiet) {
  std::vector<at::Tensor> mirrored;
  for (const auto& picture : sets.real.pictures) mirrored.push_back(picture.flip({2}));
  Progress progress("features", 2 * sets.real.count() + sets.fake.count(), "pictures", quiet);
  int64_t before = 0;
  const auto of = [&](const std::vector<at::Tensor>& pictures) {
    const at::Tensor part = features_of(extractor, pictures, [&](int64_t done) {
      progress.update(before + done);
      leave_if_stopped("eval", std::to_string(before + done) + " pictures measured");
    });
    before += part.size(0);
    return part;
  };
  Features features;
  features.real = of(sets.real.pictures);
  features.mirrored = of(mirrored);
  features.fake = of(sets.fake.pictures);
  progress.finish();
  return features;
}

std::vector<std::pair<std::string, double>> numbers_of(const Features& features, const NearestTraining& nearest,
                                                       const std::string& extractor) {
  auto numbers = measured_numbers(features.real, features.fake, extractor);
  numbers.emplace_back("nearest-count(flip=1)", static_cast<double>(nearest.covered));
  numbers.emplace_back("near-duplicates(q=0.5,flip=1)", copied_share(nearest, 0.5));
  return numbers;
}

// Fakes above their nearest training pictures: those that come nearest to copying first, then some at random.
void write_sheet(const std::string& path, const Comparison& sets, const NearestTraining& nearest) {
  const auto ratio = nearest.distance / nearest.own.index_select(0, nearest.index).clamp_min(1e-12);
  const auto closest = std::get<1>(ratio.sort());
  const auto random = RandomStream(static_cast<uint64_t>(sets.seed), "eval/sheet").permutation(0, sets.fake.count());
  std::vector<std::pair<at::Tensor, at::Tensor>> pairs;
  const auto add = [&](int64_t fake) {
    pairs.emplace_back(sets.fake.pictures[fake], sets.real.pictures[nearest.index[fake].item<int64_t>()]);
  };
  const int64_t columns = std::min(kSheetColumns, sets.fake.count());
  for (int64_t i = 0; i < columns; ++i) add(closest[i].item<int64_t>());
  for (int64_t i = 0; i < columns; ++i) add(random[i]);
  write_png(path, pair_sheet(pairs, columns));
  say("fakes above their nearest training pictures in " + path);
}

std::string folder_of(const std::string& run) {
  return std::filesystem::is_directory(run) ? run : "";
}

// The command line, checked before anything is opened.
struct Request {
  std::string from, fake, real, real_from;
  int64_t fakes = 0, seed = 0;
  double psi = 1.0;
};

Request read_request(const CommandLine& line) {
  if (line.has("from") == line.has("fake") || (line.has("fake") && line.has("real") == line.has("real-from")))
    fail_usage("eval", "--from, --fake", "does not say what is measured against what",
               "give --from RUN, or --fake DIR with --real DIR or --real-from RUN");
  return {line.text("from"),
          line.text("fake"),
          line.text("real"),
          line.text("real-from"),
          line.integer("fakes", 2, 1000000),
          line.integer("seed", 0, INT64_MAX / 2),
          line.number("trunc", -2.0, 2.0)};
}

Comparison open_sets(const Request& request, bool quiet) {
  Comparison sets;
  sets.seed = request.seed, sets.psi = request.psi;
  if (!request.real.empty()) {
    sets.real = folder_pictures(request.real);
  } else {
    const std::string& from = request.from.empty() ? request.real_from : request.from;
    Run run = open_run(from);
    sets.run_folder = folder_of(from);
    sets.real = training_pictures(run);
    if (!request.from.empty()) {
      sets.images = run.images;
      sets.fake = drawn_pictures(run, static_cast<uint64_t>(request.seed), request.fakes, request.psi, quiet);
    }
  }
  if (!request.fake.empty()) sets.fake = folder_pictures(request.fake);
  return sets;
}

void write_numbers(const CommandLine& line, const Comparison& sets, const Features& features,
                   const NearestTraining& nearest, const FeatureExtractor& extractor, double seconds) {
  Recipe recipe = recipe_of(sets.real, sets.fake, extractor, sets.seed, sets.psi);
  std::vector<std::string> files;
  if (!sets.run_folder.empty()) files.push_back(sets.run_folder + "/metrics.jsonl");
  for (const auto& file : files) repair_jsonl(file);  // not a file of the user's naming: nothing of it is cut
  if (line.has("json")) files.push_back(line.text("json"));
  for (const auto& [metric, value] : numbers_of(features, nearest, extractor.name())) {
    recipe.metric = metric, recipe.value = value;
    say(recipe_text(recipe));
    auto json = json_of(recipe, sets.real, sets.fake, extractor.weights_hash(), "cpu", seconds);
    if (sets.images >= 0) json.emplace_back("images", sets.images);
    for (const auto& file : files) append_jsonl(file, json);
  }
  say(std::to_string(nearest.covered) + " of the " + std::to_string(sets.real.count()) +
      " training pictures are the nearest of some of the " + std::to_string(sets.fake.count()) + " fakes");
}

int eval(const CommandLine& line) {
  const auto begun = std::chrono::steady_clock::now();
  const Request request = read_request(line);
  const std::string weights = find_inception_weights(line.text("weights-dir"));
  const Comparison sets = open_sets(request, line.has("quiet"));
  set_operator_threads(hardware_threads());
  set_tf32(false);
  FeatureExtractor extractor(weights, torch::Device(torch::kCPU));
  const Features features = features_of(extractor, sets, line.has("quiet"));
  const NearestTraining nearest = nearest_training(features.real, features.fake, features.mirrored);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  write_numbers(line, sets, features, nearest, extractor, seconds);
  const std::string sheet =
      line.has("sheet") || sets.run_folder.empty() ? line.text("sheet") : sets.run_folder + "/nearest.png";
  if (!sheet.empty()) write_sheet(sheet, sets, nearest);
  return 0;
}

}  // namespace

Verb eval_verb() {
  return {"eval",
          "measures a run, or a folder of pictures",
          "--from RUN | --fake DIR --real DIR | --fake DIR --real-from RUN",
          {{"from", "RUN", "", "Run folder or checkpoint: its pictures against its training set."},
           {"fakes", "N", "500", "Pictures that are drawn of a run."},
           {"seed", "S", "0", "First seed."},
           {"trunc", "PSI", "1", "Truncation; published numbers use 1."},
           {"fake", "DIR", "", "Folder of pictures to measure, such as one drawn by `centigan run`."},
           {"real", "DIR", "", "Folder to measure against."},
           {"real-from", "RUN", "", "Run whose training pictures to measure against, as its networks saw them."},
           {"weights-dir", "DIR", "", "Folder of the metric network."},
           {"json", "FILE", "", "File that gets one JSON line a number."},
           {"sheet", "FILE", "", "PNG of fakes above their nearest training pictures (RUN/nearest.png)."}},
          {},
          0,
          eval};
}

}  // namespace centigan
