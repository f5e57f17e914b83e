// `centigan eval`: how good the pictures of a run or a folder are, against its training set or another folder.
#include <ATen/ATen.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <optional>

#include "../cache_folder.h"
#include "../drawing.h"
#include "../eval_comparison.h"
#include "../eval_metrics.h"
#include "../eval_writer.h"
#include "../nearest_sheet.h"
#include "../verbs.h"
#include "centigan/core/clock.h"
#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/core/plugins.h"
#include "centigan/core/progress.h"
#include "centigan/core/random.h"
#include "centigan/core/signals.h"
#include "centigan/core/text.h"
#include "centigan/metrics/measurement.h"
#include "centigan/metrics/recipe.h"

namespace centigan {
namespace {

constexpr int64_t kMostTapped = 10000;

// The command line, checked before anything is opened.
struct Request {
  std::string from, fake, real, real_from, held_out;
  NamedRecipe recipe;
  std::vector<std::string> words;
  bool chosen_words = false;  // by the user: what cannot be computed is an error then
  int64_t fakes = 0, seed = 0;
  double psi = 1.0;
  ExtractorOptions options;
  std::string extractor, reference;
  torch::Device device = torch::kCPU;
  int64_t path_pairs = 0, standing = 0;
};

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  for (std::string& word : split(list, ',')) {
    if (word == "precision" || word == "recall" || word == "density" || word == "coverage") word = "prdc";
    const auto& known = metric_words();
    if (std::find(known.begin(), known.end(), word) == known.end())
      fail_usage("eval", "--metrics", escaped(word) + " is no metric", did_you_mean(word, known, joined(known)));
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  }
  return words;
}

NamedRecipe recipe_named(const CommandLine& line) {
  std::vector<std::string> names;
  for (const auto& recipe : named_recipes()) names.push_back(recipe.name);
  const std::string name = line.one_of("recipe", names);
  return *std::find_if(named_recipes().begin(), named_recipes().end(), [&](const auto& r) { return r.name == name; });
}

Request read_request(const CommandLine& line) {
  if (line.has("from") == line.has("fake") || (line.has("fake") && line.has("real") == line.has("real-from")) ||
      (line.has("from") && line.has("real-from")))
    fail_usage("eval", "--from, --fake", "does not say what is measured against what",
               "give --from RUN, or --fake DIR with --real DIR or --real-from RUN");
  Request r;
  r.from = line.text("from"), r.fake = line.text("fake"), r.real = line.text("real");
  r.real_from = line.text("real-from"), r.held_out = line.text("held-out");
  r.recipe = recipe_named(line);
  r.chosen_words = line.has("metrics");
  r.words = words_of(r.chosen_words ? line.text("metrics") : r.recipe.metrics);
  r.fakes = line.has("fakes") ? line.integer("fakes", 2, 1000000) : r.recipe.fakes;
  r.seed = line.integer("seed", 0, INT64_MAX / 2);
  r.psi = line.number("trunc", -2.0, 2.0);
  r.options.bf16 = line.has("bf16");
  r.options.resize = line.has("resize") ? line.one_of("resize", {"tf1", "hp", "aa", "clean"}) : "";
  r.extractor = line.text("extractor");
  r.standing = line.has("standing-stats") ? line.integer("standing-stats", 1, 10000) : 0;
  if (r.standing > 0 && r.from.empty())
    fail_usage("eval", "--standing-stats", "needs the networks of a run", "give --from RUN, or leave it out");
  r.path_pairs = line.integer("path-pairs", 100, 1000000);
  r.reference = line.has("ref") ? line.one_of("ref", {"train", "holdout"}) : r.recipe.reference;
  return r;
}

bool is_statistics(const std::string& path) {
  return path.size() > 4 && path.compare(path.size() - 4, 4, ".npz") == 0;
}

// What is opened before anything is measured, so that mistakes are said at once.
struct Sources {
  std::shared_ptr<PictureStream> real, fake, held_out;  // null: imported statistics, or not given
  std::shared_ptr<Run> run;
  std::string run_folder;  // gets the numbers and the sheet; may be empty
};

std::string folder_of(const std::string& run) {
  return std::filesystem::is_directory(run) ? run : "";
}

// A recipe with a number of fakes is measured with that number, or not at all.
void check_fakes(const CommandLine& line, const Request& r, int64_t wanted, int64_t there) {
  if ((line.has("recipe") || line.has("fakes")) && there < wanted)
    fail("eval", r.fake, "holds " + std::to_string(there) + " pictures, " + std::to_string(wanted) + " are asked for",
         "add pictures, or give another --recipe or --fakes");
}

Sources open_sources(const CommandLine& line, const Request& r) {
  Sources s;
  const bool strict = line.has("strict");
  const std::string from = !r.from.empty() ? r.from : r.real_from;
  if (!from.empty()) s.run = std::make_shared<Run>(open_run(from)), s.run_folder = folder_of(from);
  if (s.run && line.has("device")) s.run->config.trainer.device = line.text("device");
  if (r.standing > 0) use_standing_statistics(*s.run, r.standing, "eval");
  if (r.real.empty()) {
    const RunPictures pictures = run_pictures(*s.run);
    s.real = pictures.training, s.held_out = pictures.held_out;
  }
  if (!r.real.empty() && !is_statistics(r.real)) s.real = folder_stream(r.real, 0, strict);
  const int64_t fakes = r.fakes > 0 ? r.fakes : s.real ? s.real->count() : 500;
  const bool limited = line.has("recipe") || line.has("fakes");
  if (!r.from.empty()) s.fake = drawn_stream(s.run, static_cast<uint64_t>(r.seed), fakes, r.psi);
  if (!r.fake.empty() && !is_statistics(r.fake)) {
    s.fake = folder_stream(r.fake, limited ? fakes : 0, strict);
    check_fakes(line, r, fakes, s.fake->count());
  }
  if (!r.held_out.empty()) s.held_out = folder_stream(r.held_out, 0, strict);
  return s;
}

bool any_word(const Request& r, std::initializer_list<const char*> words) {
  return std::any_of(r.words.begin(), r.words.end(), [&](const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  });
}

// VGG16, which lpips must have, and diversity and ppl take where it is and no other network was asked for.
std::optional<FeatureExtractor> open_vgg(const CommandLine& line, const Request& r) {
  const std::string dir = line.text("weights-dir");
  const bool wish = any_word(r, {"diversity", "ppl"}) && !line.has("extractor") && has_weights("vgg16", dir);
  if (!wish && !any_word(r, {"lpips"}) && !line.has("vgg")) return std::nullopt;
  return open_extractor(line.has("vgg") ? line.text("vgg") : "vgg16", dir, r.device);
}

void measure(const CommandLine& line, const Request& r, Sources& sources, EvalSubject& s) {
  const auto count = [](const std::shared_ptr<PictureStream>& stream) { return stream ? stream->count() : 0; };
  const bool mirrored = sources.real && sources.fake && any_word(r, {"nearest", "rank", "diversity", "lpips", "pd"});
  const bool few = std::max(count(sources.real), count(sources.fake)) <= kMostTapped;
  if (mirrored && few && any_word(r, {"nearest"})) s.tap_pixels(sources.real, sources.fake);
  Progress progress("features",
                    (mirrored ? 2 : 1) * count(sources.real) + count(sources.fake) + count(sources.held_out),
                    "pictures", line.has("quiet"));
  int64_t done = 0;
  s.real = sources.real ? measure_or_recall(sources.real, *s.extractor, mirrored, progress, done, cache_folder(line))
                        : imported_set(r.real, s.extractor->width());
  if (sources.held_out) s.held_out = measure_set(sources.held_out, *s.extractor, false, progress, done);
  s.fake = sources.fake ? measure_set(sources.fake, *s.extractor, false, progress, done)
                        : imported_set(r.fake, s.extractor->width());
  if (done > 0) progress.finish();  // .npz files on both sides
}

// A number of the default set that this subject does not allow is left out with its reason.
EvalNumbers numbers_or_reason(const std::string& word, EvalSubject& s, bool must) {
  if (must || word == "fid") return numbers_of_word(word, s);
  try {
    return numbers_of_word(word, s);
  } catch (const Error& error) {
    if (stop_requested()) throw;
    say(word + " is left out: " + first_line(error.what()));
    return {};
  }
}

void say_verdict(const EvalSubject& s) {
  const MemorisationVerdict verdict = memorisation_verdict(s.evidence);
  if (verdict.signs.size() < 2) return;  // not asked for
  say(verdict.sentence);
  for (const auto& sign : verdict.signs) say(std::string(sign.present ? "  yes  " : "  no   ") + sign.text);
}

void write_files(const CommandLine& line, const std::string& run_folder, EvalSubject& s) {
  if (line.has("write-real")) export_statistics(line.text("write-real"), s.real);
  if (line.has("write-fake")) export_statistics(line.text("write-fake"), s.fake);
  const bool own = run_folder.empty() || !s.nearest;
  const std::string sheet = line.has("sheet") || own ? line.text("sheet") : run_folder + "/nearest.png";
  if (!sheet.empty()) write_nearest_sheet(sheet, s);
}

NumberHeader header_of(const CommandLine& line, const Request& r, const EvalSubject& s) {
  NumberHeader header;
  header.recipe = recipe_of(s.real, s.fake, *s.extractor, r.seed, r.psi);
  header.recipe.reference = r.reference;
  header.network_stated = line.has("extractor");
  header.standing = r.standing;
  if (s.run) header.images = s.run->images;
  return header;
}

int eval(const CommandLine& line) {
  if (line.has("compare")) return compare_numbers(line.text("compare"));
  const double begun = clock_seconds();
  Request request = read_request(line);
  request.device = pick_device(line.text("device"));
  load_plugins(line.text("plugin"));
  set_operator_threads(hardware_threads());
  set_tf32(false);
  FeatureExtractor extractor =
      open_extractor(request.extractor, line.text("weights-dir"), request.device, request.options);
  std::optional<FeatureExtractor> vgg = open_vgg(line, request);
  Sources sources = open_sources(line, request);
  EvalSubject subject;
  subject.extractor = &extractor, subject.run = request.from.empty() ? nullptr : sources.run;
  subject.vgg = vgg ? &*vgg : nullptr, subject.path_pairs = request.path_pairs;
  subject.quiet = line.has("quiet");
  subject.seed = static_cast<uint64_t>(request.seed), subject.psi = request.psi;
  measure(line, request, sources, subject);
  NumberWriter writer(subject, header_of(line, request, subject), sources.run_folder, line.text("json"));
  for (const auto& word : request.words) {
    leave_if_stopped("eval", "before " + word);
    const EvalNumbers numbers = numbers_or_reason(word, subject, request.chosen_words);
    const double seconds = clock_seconds() - begun;
    for (const auto& number : numbers) writer.write(number, seconds);
  }
  if (line.has("per-class"))
    for (const auto& number : numbers_of_classes(subject)) writer.write(number, clock_seconds() - begun);
  for (const auto& sentence : subject.sentences) say(sentence);
  say_verdict(subject);
  write_files(line, sources.run_folder, subject);
  return 0;
}

}  // namespace

Verb eval_verb() {
  return {
      "eval",
      "measures a run, or a folder of pictures",
      "--from RUN [--real DIR] | --fake DIR --real DIR | --fake DIR --real-from RUN",
      {{"from", "RUN", "", "Run folder or checkpoint: its pictures against its training set."},
       {"fake", "DIR", "", "Pictures to measure, of any program: a folder, archive or pack; or statistics (.npz)."},
       {"real", "DIR", "", "Folder, archive or pack to measure against; or statistics (.npz)."},
       {"real-from", "RUN", "", "Run whose training pictures to measure against, as its networks saw them."},
       {"held-out", "DIR", "", "Pictures that training did not see, for the rank test and d-gap."},
       {"compare", "A,B,…", "", "Run folders or --json files: what was measured in them, side by side; nothing else."},
       {"recipe", "NAME", "few-shot", "few-shot, fid5k-train, fid10k-test, fid50k-full, kid or prdc."},
       {"metrics", "LIST", "",
        "fid, kid, kid-sub, prdc, is, ratio, nearest, rank, vendi, lpips, pd, diversity (lpips or pd); of a run also "
        "smoothness, d-gap, ppl. Default: those of the recipe."},
       {"fakes", "N", "", "Pictures that are drawn of a run, or taken of a folder. Default: those of the recipe."},
       {"seed", "S", "0", "First seed."},
       {"trunc", "PSI", "1", "Truncation; published numbers use 1."},
       {"ref", "KIND", "", "What the reals are: train or holdout. Default: that of the recipe."},
       {"extractor", "NAME", "inception",
        "inception, effnetlite0, vgg16, pixels, a file of weights, or acme::features."},
       {"vgg", "FILE", "", "VGG16 of lpips and ppl. Default: vgg16.safetensors among the metric networks."},
       {"standing-stats", "N", "", "BigGAN: norms use averages over N batches; published with 16."},
       {"path-pairs", "N", "2000", "Pairs of ppl; published numbers have 50000."},
       {"device", "DEVICE", "auto", "Where networks work: auto, cpu, cuda or cuda:1."},
       {"plugin", "FILES", "", "Libraries with further extractors; they are code and run as such."},
       {"resize", "RULE", "",
        "tf1 (legacy), hp (half-pixel), aa (antialiased) or clean (that of clean-fid). Default: the network's own."},
       {"per-class", "", "", "Also the Fréchet distance and coverage of each class by itself."},
       {"bf16", "", "", "Faster features in bfloat16; the numbers get another name."},
       {"weights-dir", "DIR", "", "Folder of the metric networks."},
       {"cache", "DIR", "",
        "Where features of the reals are kept for next time, or none. "
        "Default: $XDG_CACHE_HOME/centigan."},
       {"strict", "", "", "Stop at the first bad file instead of leaving it out."},
       {"json", "FILE", "", "File that gets one JSON line a number."},
       {"write-real", "FILE", "", "Statistics of the reals as .npz with mu and sigma, for other FID programs."},
       {"write-fake", "FILE", "", "The same of the fakes."},
       {"sheet", "FILE", "", "PNG of fakes above their nearest training pictures (RUN/nearest.png)."}},
      {},
      0,
      eval};
}

}  // namespace centigan
