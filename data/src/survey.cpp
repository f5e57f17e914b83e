#include "centigan/data/survey.h"

#include <algorithm>

#include "centigan/data/folder.h"
#include "centigan/data/pack.h"
#include "load.h"
#include "pack_file.h"
#include "split.h"

namespace centigan {
namespace {

struct Surveyed {
  std::string name;
  ImageScan scan;
};

Surveyed survey_file(const PictureSource& source, const LoadOptions& options, const std::string& name) {
  Surveyed one{name, {}};
  std::vector<uint8_t> bytes;
  one.scan.problem = source.read(name, options.limits.max_bytes, bytes);
  if (one.scan.good()) one.scan = scan_image(bytes.data(), bytes.size(), options.limits);
  if (options.rotate && one.scan.orientation >= 5) std::swap(one.scan.width, one.scan.height);
  return one;
}

// In the order of the set.
std::vector<Surveyed> good_files(const DataConfig& config) {
  const LoadOptions options = load_options(config);
  const std::unique_ptr<PictureSource> source = open_source(config.path);
  const std::vector<std::string>& files = source->listing().files;
  std::vector<Surveyed> all(files.size()), good;
  in_parallel(files.size(), [&](size_t i) { all[i] = survey_file(*source, options, files[i]); });
  std::vector<std::string> names;
  for (Surveyed& one : all)
    if (one.scan.good()) names.push_back(one.name), good.push_back(std::move(one));
  const PictureOrder order(names);
  std::sort(good.begin(), good.end(), [&](const Surveyed& a, const Surveyed& b) { return order(a.name, b.name); });
  return good;
}

// The value that a share of the pictures stays below.
template <class Value, class Of>
Value quantile(const std::vector<Surveyed>& pictures, double share, Of of) {
  std::vector<Value> values;
  for (const Surveyed& one : pictures) values.push_back(of(one.scan));
  const auto place = values.begin() + static_cast<int64_t>(share * static_cast<double>(values.size()));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

std::vector<Surveyed> surveyed_subset(const std::vector<Surveyed>& all, const DataConfig& config) {
  std::vector<std::string> names;
  for (const Surveyed& one : all) names.push_back(one.name);
  std::vector<Surveyed> chosen;
  for (const size_t i : chosen_subset(names, config)) chosen.push_back(all[i]);
  return chosen;
}

PictureSurvey survey_of_pack(const DataConfig& config) {
  const PackFile file(config.path);
  PictureSurvey survey;
  survey.pictures = static_cast<int64_t>(chosen_subset(file.names(), config).size());
  survey.width = static_cast<int64_t>(file.index().width), survey.height = static_cast<int64_t>(file.index().height);
  survey.aspect = static_cast<double>(survey.width) / static_cast<double>(survey.height);
  survey.grey = file.index().channels == 1;
  return survey;
}

}  // namespace

PictureSurvey survey_pictures(const DataConfig& config) {
  if (is_pack(config.path)) return survey_of_pack(config);
  PictureSurvey survey;
  const std::vector<Surveyed> all = good_files(config);
  if (all.size() < 2) return survey;
  const std::vector<Surveyed> used = surveyed_subset(all, config);
  survey.pictures = static_cast<int64_t>(used.size());
  survey.width = quantile<int64_t>(used, 0.1, [](const ImageScan& scan) { return scan.width; });
  survey.height = quantile<int64_t>(used, 0.1, [](const ImageScan& scan) { return scan.height; });
  survey.aspect = quantile<double>(used, 0.5, [](const ImageScan& scan) {
    return static_cast<double>(scan.width) / static_cast<double>(scan.height);
  });
  survey.grey = std::all_of(used.begin(), used.end(), [](const Surveyed& one) { return one.scan.grey; });
  return survey;
}

}  // namespace centigan
