// `centigan eval`: how good the pictures of a run or a folder are, against its training set or another folder.
#include <ATen/ATen.h>

#include <algorithm>
#include <filesystem>

#include "../cache_folder.h"
#include "../drawing.h"
#include "../eval_comparison.h"
#include "../eval_metrics.h"
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
  r.options.resize = line.has("resize") ? line.one_of("resize", {"tf1", "hp", "aa"}) : "";
  r.extractor = line.text("extractor");
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
  int64_t images = -1;     // shown to the network that drew the fakes; -1: not known
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

bool uses_mirror(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "nearest" || word == "rank" || word == "diversity";
  });
}

void measure(const CommandLine& line, const Request& r, Sources& sources, EvalSubject& s) {
  const bool mirrored = sources.real && sources.fake && uses_mirror(r.words);
  const bool nearest = std::count(r.words.begin(), r.words.end(), "nearest") > 0;
  if (mirrored && nearest && sources.fake->count() <= kMostTapped) s.tap_pixels(sources.real, sources.fake);
  const auto count = [](const std::shared_ptr<PictureStream>& stream) { return stream ? stream->count() : 0; };
  Progress progress("features",
                    (mirrored ? 2 : 1) * count(sources.real) + count(sources.fake) + count(sources.held_out),
                    "pictures", line.has("quiet"));
  int64_t done = 0;
  s.real = sources.real ? measure_or_recall(sources.real, *s.extractor, mirrored, progress, done, cache_folder(line))
                        : imported_set(r.real, s.extractor->width());
  if (sources.held_out) s.held_out = measure_set(sources.held_out, *s.extractor, false, progress, done);
  s.fake = sources.fake ? measure_set(sources.fake, *s.extractor, false, progress, done)
                        : imported_set(r.fake, s.extractor->width());
  progress.finish();
}

// Nobody knows which network other people's statistics came from unless the user says it.
std::string honest_name(const std::string& metric, const EvalSubject& s, bool stated) {
  return !stated && (s.real.imported() || s.fake.imported()) ? "FD-imported" : metric;
}

class Writer {
 public:
  Writer(const CommandLine& line, const Request& r, const EvalSubject& s, const std::string& run_folder)
      : subject_(s), recipe_(recipe_of(s.real, s.fake, *s.extractor, r.seed, r.psi)), stated_(line.has("extractor")) {
    recipe_.reference = r.reference;
    if (!run_folder.empty()) files_.push_back(run_folder + "/metrics.jsonl");
    for (const auto& file : files_) repair_jsonl(file);  // not a file of the user's naming: nothing of it is cut
    if (line.has("json")) files_.push_back(line.text("json"));
    if (s.run && !r.from.empty()) images_ = s.run->images;
  }

  void write(const EvalNumber& number, double seconds) {
    recipe_.metric = honest_name(number.metric, subject_, stated_), recipe_.value = number.value;
    recipe_.real_count = number.of_class.empty() ? subject_.real.count() : number.reals;
    recipe_.fake_count = number.of_class.empty() ? subject_.fake.count() : number.fakes;
    say(recipe_text(recipe_) + (number.error ? " +- " + format_text("%.3g", *number.error) : "") +
        (number.note.empty() ? "" : "  " + number.note));
    JsonFields json = json_of(recipe_, subject_.real.fingerprint, subject_.fake.fingerprint,
                              subject_.extractor->weights_hash(), "cpu", seconds);
    JsonFields beside;
    if (number.error) beside.emplace_back("error", *number.error);
    if (!number.of_class.empty()) beside.emplace_back("class", number.of_class);
    if (!number.note.empty()) beside.emplace_back("note", number.note);
    json.insert(json.begin() + 2, beside.begin(), beside.end());
    if (images_ >= 0) json.emplace_back("images", images_);
    for (const auto& file : files_) append_jsonl(file, json);
  }

 private:
  const EvalSubject& subject_;
  Recipe recipe_;
  bool stated_;
  int64_t images_ = -1;
  std::vector<std::string> files_;
};

// A number of the default set that this subject does not allow is left out with its reason.
EvalNumbers numbers_or_reason(const std::string& word, EvalSubject& s, bool must) {
  if (must || word == "fid") return numbers_of_word(word, s);
  try {
    return numbers_of_word(word, s);
  } catch (const Error& error) {
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

int eval(const CommandLine& line) {
  if (line.has("compare")) return compare_numbers(line.text("compare"));
  const double begun = clock_seconds();
  const Request request = read_request(line);
  load_plugins(line.text("plugin"));
  set_operator_threads(hardware_threads());
  set_tf32(false);
  FeatureExtractor extractor =
      open_extractor(request.extractor, line.text("weights-dir"), torch::Device(torch::kCPU), request.options);
  Sources sources = open_sources(line, request);
  EvalSubject subject;
  subject.extractor = &extractor, subject.run = request.from.empty() ? nullptr : sources.run;
  subject.quiet = line.has("quiet");
  subject.seed = static_cast<uint64_t>(request.seed), subject.psi = request.psi;
  measure(line, request, sources, subject);
  Writer writer(line, request, subject, sources.run_folder);
  for (const auto& word : request.words) {
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
        "fid, kid, kid-sub, prdc, is, ratio, nearest, rank, vendi, diversity; of a run also "
        "smoothness, d-gap, ppl. Default: those of the recipe."},
       {"fakes", "N", "", "Pictures that are drawn of a run, or taken of a folder. Default: those of the recipe."},
       {"seed", "S", "0", "First seed."},
       {"trunc", "PSI", "1", "Truncation; published numbers use 1."},
       {"ref", "KIND", "", "What the reals are: train or holdout. Default: that of the recipe."},
       {"extractor", "NAME", "inception", "inception, effnetlite0, pixels, a file of weights, or acme::features."},
       {"plugin", "FILES", "", "Libraries with further extractors; they are code and run as such."},
       {"resize", "RULE", "", "tf1 (legacy), hp (half-pixel) or aa (antialiased). Default: the network's own."},
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
