// From a source to decoded pictures, in order, with a report.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "centigan/data/dataset.h"
#include "centigan/data/picture.h"
#include "centigan/data/source.h"

namespace centigan {

struct LoadedPicture {
  std::string name;  // relative path
  Picture picture;
  int64_t label = 0;
};
struct LoadedSet {
  std::vector<LoadedPicture> pictures;
  std::vector<std::string> class_names;  // empty: no labels
};

// What the texts of a DataConfig mean. Unknown words: usage error that names the field.
struct LoadOptions {
  Fit fit;
  Filter filter;
  Background background;
  bool rotate;
  ScanLimits limits;
};
LoadOptions load_options(const DataConfig& config);

// Runs work(0 … count-1) on the hardware's threads. The first exception is thrown again here.
void in_parallel(size_t count, const std::function<void(size_t)>& work);

// Reads, scans and decodes all pictures of config.path on all hardware threads; each becomes `channels` channels, and
// that size unless it is 0. Fewer than 2 good ones, fewer than 8 beside bad ones, a bad one under
// config.strict: Error.
LoadedSet load_pictures(const DataConfig& config, PictureSize size, int64_t channels, DataReport& report);

// One file's way through reading, scanning and decoding.
struct PictureAttempt {
  std::string name, problem, hint;
  ImageScan scan;
  bool had_alpha = false;
  Picture picture;
};
// Reads and checks it -> its bytes.
std::vector<uint8_t> scan_picture(const PictureSource& source, const LoadOptions& options, PictureAttempt& attempt);
// The same, decoded and brought to the size. `file_hash` (may be null) gets the SHA-256 of the file's bytes, in
// hexadecimal digits.
void try_picture(const PictureSource& source, const LoadOptions& options, PictureSize size, int64_t channels,
                 PictureAttempt& attempt, std::string* file_hash = nullptr);

// All that a source lists, by name; what cannot be tried has its problem.
std::vector<PictureAttempt> listed_pictures(const FolderListing& listing);
// The good ones of config.subset in the order of the set; the bad ones are noted. Too few are left: Error.
std::vector<PictureAttempt> chosen_good(std::vector<PictureAttempt>&& attempts, const DataConfig& config,
                                        DataReport& report);

// "10 classes: cat (12), dog (3), …" for the report; `counts` are those of the pictures used.
std::string classes_sentence(const std::vector<std::string>& names, const std::vector<int64_t>& counts);

// A bad file: Error under config.strict, else noted.
void skip_picture(const std::string& name, const std::string& problem, const std::string& hint,
                  const DataConfig& config, DataReport& report);

}  // namespace centigan
