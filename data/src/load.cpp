#include "load.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/hash.h"
#include "centigan/core/text.h"
#include "centigan/data/class_labels.h"
#include "centigan/data/folder.h"
#include "split.h"

namespace centigan {
namespace {

constexpr size_t kEnoughPictures = 8;       // below it, a folder with bad files is not trained on
constexpr int64_t kLargePicture = 4 << 20;  // pixels; such pictures are decoded one at a time, to bound memory

size_t chosen(const std::string& field, const std::string& value, const std::vector<std::string>& words) {
  const auto found = std::find(words.begin(), words.end(), value);
  if (found != words.end()) return static_cast<size_t>(found - words.begin());
  fail_usage("data", "data." + field, "\"" + escaped(value) + "\" is not one of " + joined(words),
             did_you_mean(value, words, "choose one of them"));
}

Picture prepared(const Picture& decoded, const PictureAttempt& attempt, const LoadOptions& options, PictureSize size,
                 int64_t channels) {
  const int orientation = options.rotate ? attempt.scan.orientation : 1;
  const Picture picture = with_channels(upright(decoded, orientation), channels, options.background);
  return size.width ? fitted(picture, size, options.fit, options.filter, options.background) : picture;
}

void decode_attempt(const std::vector<uint8_t>& bytes, const LoadOptions& options, PictureSize size, int64_t channels,
                    PictureAttempt& attempt) {
  static std::mutex one_large_picture;
  std::unique_lock<std::mutex> lock(one_large_picture, std::defer_lock);
  if (attempt.scan.width * attempt.scan.height > kLargePicture) lock.lock();
  Picture decoded;
  if (!decode_image(bytes.data(), bytes.size(), attempt.scan, decoded, attempt.problem)) return;
  attempt.had_alpha = decoded.channels % 2 == 0;
  attempt.picture = prepared(decoded, attempt, options, size, channels);
}

std::string counted(size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

void note(DataReport& report, size_t count, const std::string& one, const std::string& many) {
  if (count > 0) report.warnings.push_back(counted(count, one, many));
}

ImageFormat format_of_name(const std::string& name) {
  const size_t dot = name.rfind('.');
  std::string end = dot == std::string::npos ? "" : name.substr(dot + 1);
  for (char& c : end) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (end == "png") return ImageFormat::kPng;
  if (end == "jpg" || end == "jpeg" || end == "jpe" || end == "jfif") return ImageFormat::kJpeg;
  return end == "bmp" ? ImageFormat::kBmp : ImageFormat::kNone;
}

void note_wrong_names(const std::vector<PictureAttempt>& good, DataReport& report) {
  size_t count = 0;
  std::string example;
  for (const PictureAttempt& a : good) {
    const ImageFormat named = format_of_name(a.name);
    if (named == ImageFormat::kNone || named == a.scan.format) continue;
    if (count++ == 0)
      example = escaped(a.name) + " is a " + format_name(a.scan.format) + ", not a " + format_name(named);
  }
  note(report, count, "image has another format than its name says (" + example + ")",
       "images have another format than their names say (" + example + ")");
}

void note_copies(const std::vector<PictureAttempt>& good, DataReport& report) {
  std::map<std::string, std::string> seen;
  size_t count = 0;
  std::string example;
  for (const PictureAttempt& a : good) {
    const std::string size = std::to_string(a.picture.width) + "x" + std::to_string(a.picture.height);
    const std::string hash = Sha256().add(size).add(a.picture.pixels.data(), a.picture.pixels.size()).hex();
    const auto found = seen.emplace(hash, a.name);
    if (!found.second && count++ == 0) example = escaped(a.name) + " of " + escaped(found.first->second);
  }
  note(report, count, "image is an exact copy of another (" + example + ")",
       "images are exact copies of others (" + example + ")");
}

template <class Test>
size_t count_if(const std::vector<PictureAttempt>& good, Test test) {
  return static_cast<size_t>(std::count_if(good.begin(), good.end(), test));
}

void note_sizes(const std::vector<PictureAttempt>& good, const DataConfig& config, PictureSize size,
                DataReport& report) {
  const std::string fit = config.fit == "crop" ? "cropped to the centre" : config.fit == "pad" ? "padded" : "stretched";
  const std::string shape = size.square() ? "square" : "of the shape " + size.text();
  const auto odd = [&](const PictureAttempt& a) { return a.scan.width * size.height != a.scan.height * size.width; };
  note(report, count_if(good, odd), "image is not " + shape + " and was " + fit,
       "images are not " + shape + " and were " + fit);
  const auto small = [&](const PictureAttempt& a) { return a.scan.width < size.width || a.scan.height < size.height; };
  const std::string smaller = " smaller than " + size.text();
  note(report, count_if(good, small), "image is" + smaller + " and was enlarged",
       "images are" + smaller + " and were enlarged");
}

void note_facts(const std::vector<PictureAttempt>& good, const DataConfig& config, PictureSize size, int64_t channels,
                DataReport& report) {
  const std::string alpha = channels == 4 || config.alpha == "premultiply"
                                ? "alpha, " + std::string(config.alpha == "premultiply" ? "multiplied in" : "kept")
                                : "alpha, flattened on " + config.alpha;
  const auto had_alpha = [](const PictureAttempt& a) { return a.had_alpha; };
  note(report, count_if(good, had_alpha), "image had " + alpha, "images had " + alpha);
  const auto deep = [](const PictureAttempt& a) { return a.scan.sixteen_bit; };
  note(report, count_if(good, deep), "image had 16 bits a channel, its high bytes are used",
       "images had 16 bits a channel, their high bytes are used");
  const auto turned = [](const PictureAttempt& a) { return a.scan.orientation != 1; };
  const std::string flag =
      config.exif == "rotate" ? " a rotation flag that was applied" : " a rotation flag that is ignored";
  note(report, count_if(good, turned), "image carries" + flag, "images carry" + flag);
  note_wrong_names(good, report);
  note_copies(good, report);
  if (size.width) note_sizes(good, config, size, report);
}

void check_count(const DataConfig& config, size_t good, size_t bad, DataReport& report) {
  const std::string& where = config.path;
  if (good + bad == 0)
    fail("data", where, "the folder holds no pictures", "--data names a folder or archive of PNG, JPEG or BMP files");
  if (good < (bad ? kEnoughPictures : 2))
    fail("data", where,
         "only " + counted(good, "picture is", "pictures are") + " usable, and " +
             counted(bad, "file was", "files were") + " skipped",
         bad ? "at least 8 must be left; `centigan inspect` lists the reasons"
             : "at least 2 are needed, 100 are better");
  if (good < kEnoughPictures)
    report.warnings.push_back("only " + std::to_string(good) + " pictures: at least 8 are recommended");
}

// The good ones in the order of the set; bad files do not influence it.
std::vector<PictureAttempt> sorted_good(std::vector<PictureAttempt>&& attempts) {
  std::vector<PictureAttempt> good;
  std::vector<std::string> names;
  for (PictureAttempt& a : attempts)
    if (a.problem.empty()) names.push_back(a.name), good.push_back(std::move(a));
  const PictureOrder order(names);
  std::sort(good.begin(), good.end(),
            [&](const PictureAttempt& a, const PictureAttempt& b) { return order(a.name, b.name); });
  return good;
}

std::vector<PictureAttempt> subset_of(std::vector<PictureAttempt>&& all, const DataConfig& config, DataReport& report) {
  if (config.subset.empty()) return std::move(all);
  std::vector<std::string> names;
  for (const PictureAttempt& a : all) names.push_back(a.name);
  std::vector<PictureAttempt> chosen;
  for (const size_t i : chosen_subset(names, config)) chosen.push_back(std::move(all[i]));
  report.notes.push_back(counted(chosen.size(), "picture", "pictures") + " of " + std::to_string(names.size()) +
                         " are used (data.subset)");
  return chosen;
}

// In the report once, for all classes together.
ClassLabels noted_labels(const PictureSource& source, const DataConfig& config,
                         const std::vector<PictureAttempt>& pictures, DataReport& report) {
  std::vector<std::string> names;
  for (const PictureAttempt& a : pictures) names.push_back(a.name);
  ClassLabels labels = find_labels(source, config, names);
  if (labels.names.empty()) return labels;
  std::vector<int64_t> counts(labels.names.size());
  for (const std::string& name : names) ++counts[static_cast<size_t>(labels.of.at(name))];
  report.notes.push_back(classes_sentence(labels.names, counts));
  return labels;
}

}  // namespace

std::vector<uint8_t> scan_picture(const PictureSource& source, const LoadOptions& options, PictureAttempt& attempt) {
  std::vector<uint8_t> bytes;
  if (!attempt.problem.empty()) return bytes;
  attempt.problem = source.read(attempt.name, options.limits.max_bytes, bytes);
  if (!attempt.problem.empty()) return bytes;
  attempt.scan = scan_image(bytes.data(), bytes.size(), options.limits);
  attempt.problem = attempt.scan.problem, attempt.hint = attempt.scan.hint;
  return bytes;
}

void try_picture(const PictureSource& source, const LoadOptions& options, PictureSize size, int64_t channels,
                 PictureAttempt& attempt, std::string* file_hash) {
  const std::vector<uint8_t> bytes = scan_picture(source, options, attempt);
  if (attempt.problem.empty()) decode_attempt(bytes, options, size, channels, attempt);
  if (file_hash) *file_hash = Sha256().add(bytes.data(), bytes.size()).hex();
}

std::vector<PictureAttempt> listed_pictures(const FolderListing& listing) {
  std::vector<PictureAttempt> attempts;
  for (const std::string& name : listing.files) attempts.emplace_back().name = name;
  for (const auto& [name, reason] : listing.skipped) {
    attempts.emplace_back().name = name;
    attempts.back().problem = reason;
  }
  const auto by_bytes = [](const PictureAttempt& a, const PictureAttempt& b) { return a.name < b.name; };
  std::sort(attempts.begin(), attempts.end(), by_bytes);
  return attempts;
}

std::vector<PictureAttempt> chosen_good(std::vector<PictureAttempt>&& attempts, const DataConfig& config,
                                        DataReport& report) {
  for (const PictureAttempt& a : attempts)
    if (!a.problem.empty()) skip_picture(a.name, a.problem, a.hint, config, report);
  std::vector<PictureAttempt> good = sorted_good(std::move(attempts));
  check_count(config, good.size(), report.skipped.size(), report);
  return subset_of(std::move(good), config, report);
}

std::string classes_sentence(const std::vector<std::string>& names, const std::vector<int64_t>& counts) {
  constexpr size_t kMostNamed = 10;
  std::vector<std::string> words;
  for (size_t i = 0; i < std::min(names.size(), kMostNamed); ++i)
    words.push_back(escaped(names[i]) + " (" + std::to_string(counts[i]) + ")");
  return counted(names.size(), "class: ", "classes: ") + joined(words) + (names.size() > kMostNamed ? ", …" : "");
}

void skip_picture(const std::string& name, const std::string& problem, const std::string& hint,
                  const DataConfig& config, DataReport& report) {
  if (config.strict) fail("data", name, problem, hint.empty() ? "repair or remove it, or leave out --strict" : hint);
  report.skipped.emplace_back(escaped(name), problem + (hint.empty() ? "" : "; hint: " + hint));
}

void in_parallel(size_t count, const std::function<void(size_t)>& work) {
  std::atomic<size_t> next{0};
  std::exception_ptr error;
  std::mutex guard;
  const auto loop = [&] {
    try {
      for (size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(guard);
      if (!error) error = std::current_exception();
      next = count;
    }
  };
  std::vector<std::thread> threads;
  const size_t extra = std::min<size_t>(static_cast<size_t>(std::max(1, hardware_threads())), (count + 7) / 8);
  for (size_t i = 1; i < extra; ++i) threads.emplace_back(loop);
  loop();
  for (std::thread& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
}

LoadOptions load_options(const DataConfig& config) {
  LoadOptions options{};
  options.fit = static_cast<Fit>(chosen("fit", config.fit, {"crop", "pad", "stretch"}));
  options.filter = static_cast<Filter>(chosen("resize_filter", config.resize_filter, {"box", "lanczos"}));
  options.rotate = chosen("exif", config.exif, {"ignore", "rotate"}) == 1;
  if (!parse_background(config.alpha, options.background))
    fail_usage("data", "data.alpha", "\"" + escaped(config.alpha) + "\" is no background",
               "white, black, premultiply, or a colour such as #ff8000");
  if (config.max_pixels < 64)
    fail_usage("data", "data.max_pixels", std::to_string(config.max_pixels) + " is below 64 pixels",
               "the default is 67108864");
  options.limits.max_pixels = config.max_pixels;
  return options;
}

LoadedSet load_pictures(const DataConfig& config, PictureSize size, int64_t channels, DataReport& report) {
  const LoadOptions options = load_options(config);
  const std::unique_ptr<PictureSource> source = open_source(config.path);
  const FolderListing& listing = source->listing();
  std::vector<PictureAttempt> attempts = listed_pictures(listing);
  in_parallel(attempts.size(), [&](size_t i) { try_picture(*source, options, size, channels, attempts[i]); });
  note(report, listing.linked_folders.size(), "link to a folder was not entered", "links to folders were not entered");
  std::vector<PictureAttempt> good = chosen_good(std::move(attempts), config, report);
  const ClassLabels labels = noted_labels(*source, config, good, report);
  report.used = static_cast<int64_t>(good.size());
  note_facts(good, config, size, channels, report);
  LoadedSet set{{}, labels.names};
  for (PictureAttempt& a : good)
    set.pictures.push_back({a.name, std::move(a.picture), labels.names.empty() ? 0 : labels.of.at(a.name)});
  return set;
}

}  // namespace centigan
