#include "split.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <sstream>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/hash.h"
#include "centigan/core/random.h"

namespace centigan {
namespace {

// One of the two fields that choose pictures.
struct Choice {
  std::string field, text;
  uint64_t seed;
  std::string where() const { return "data." + field; }
};

// "40", "12.5%" or "0.125" of `all` pictures. False: another form.
bool read_amount(const std::string& text, size_t all, double& amount) {
  const bool share = !text.empty() && text.back() == '%';
  const char* const end = text.data() + text.size() - (share ? 1 : 0);
  const auto read = std::from_chars(text.data(), end, amount);
  if (read.ec != std::errc() || read.ptr != end) return false;
  if (share) amount /= 100.0;
  if (share || (amount > 0.0 && amount < 1.0)) amount = std::round(amount * static_cast<double>(all));
  return true;
}

// The first of a permutation, so that fewer pictures are a part of more.
std::vector<size_t> drawn(const Choice& choice, double amount, size_t all, size_t least, size_t leave) {
  const bool whole = amount == std::floor(amount);
  if (!whole || amount < static_cast<double>(least) || amount + static_cast<double>(leave) > static_cast<double>(all))
    fail_usage("data", choice.where(),
               escaped(choice.text) + " of " + std::to_string(all) + " pictures is not from " + std::to_string(least) +
                   " to " + std::to_string(all - std::min(all, leave)),
               "give a count such as 20, or a share such as 10%");
  const auto order = RandomStream(choice.seed, "data/" + choice.field).permutation(0, static_cast<int64_t>(all));
  return {order.begin(), order.begin() + static_cast<int64_t>(amount)};
}

std::vector<size_t> named(const Choice& choice, const std::vector<std::string>& names) {
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < names.size(); ++i) places[names[i]] = i;
  std::istringstream lines(read_text(choice.text, "data"));
  std::vector<size_t> found;
  for (std::string name; std::getline(lines, name);) {
    if (!name.empty() && name.back() == '\r') name.pop_back();
    if (name.empty()) continue;
    const auto place = places.find(name);
    if (place == places.end())
      fail_usage("data", choice.text, escaped(name) + " is not among the pictures",
                 "it has one name a line, as `pictures-trained.txt` of a run has them");
    found.push_back(place->second);
  }
  return found;
}

// At least `least` pictures, and at least `leave` others. Ascending, each once.
std::vector<size_t> chosen_of(const Choice& choice, const std::vector<std::string>& names, size_t least, size_t leave) {
  double amount = 0.0;
  std::vector<size_t> indices = read_amount(choice.text, names.size(), amount)
                                    ? drawn(choice, amount, names.size(), least, leave)
                                    : named(choice, names);
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  if (indices.size() < least || indices.size() + leave > names.size())
    fail_usage("data", choice.text,
               "names " + std::to_string(indices.size()) + " of " + std::to_string(names.size()) +
                   " pictures, which leaves too few",
               "at least 2 are trained on, and at least 1 is held out");
  return indices;
}

std::vector<std::string> all_names(const Dataset& dataset) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < dataset.size(); ++i) names.push_back(dataset.name(i));
  return names;
}

// Some pictures of another data set.
class PartOfDataset final : public Dataset {
 public:
  PartOfDataset(std::shared_ptr<Dataset> all, std::vector<size_t> indices)
      : all_(std::move(all)), indices_(std::move(indices)) {}
  int64_t size() const override { return static_cast<int64_t>(indices_.size()); }
  int64_t channels() const override { return all_->channels(); }
  int64_t height() const override { return all_->height(); }
  int64_t width() const override { return all_->width(); }
  int64_t classes() const override { return all_->classes(); }
  torch::Tensor image(int64_t index) const override { return all_->image(place(index)); }
  int64_t label(int64_t index) const override { return all_->label(place(index)); }
  std::string name(int64_t index) const override { return all_->name(place(index)); }
  std::string fingerprint() const override { return fingerprint_of(*this); }
  std::vector<std::string> class_names() const override { return all_->class_names(); }
  std::string pixel_hash(int64_t index) const override { return all_->pixel_hash(place(index)); }
  bool streams() const override { return all_->streams(); }

 private:
  int64_t place(int64_t index) const { return static_cast<int64_t>(indices_.at(static_cast<size_t>(index))); }
  std::shared_ptr<Dataset> all_;
  std::vector<size_t> indices_;
};

}  // namespace

std::vector<size_t> chosen_subset(const std::vector<std::string>& names, const DataConfig& config) {
  if (!config.subset.empty())
    return chosen_of({"subset", config.subset, static_cast<uint64_t>(config.split_seed)}, names, 2, 0);
  std::vector<size_t> all(names.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return all;
}

DataSplit split_holdout(std::shared_ptr<Dataset> all, const DataConfig& config, DataReport* report) {
  if (config.holdout.empty()) return {std::move(all), nullptr};
  const std::vector<std::string> names = all_names(*all);
  const auto held = chosen_of({"holdout", config.holdout, static_cast<uint64_t>(config.split_seed)}, names, 1, 2);
  std::vector<size_t> rest;
  for (size_t i = 0; i < names.size(); ++i)
    if (!std::binary_search(held.begin(), held.end(), i)) rest.push_back(i);
  if (report) {
    report->used = static_cast<int64_t>(rest.size());
    report->notes.push_back(std::to_string(held.size()) + " of " + std::to_string(names.size()) +
                            " pictures are held out and never trained on (data.holdout)");
  }
  return {std::make_shared<PartOfDataset>(all, rest), std::make_shared<PartOfDataset>(all, held)};
}

std::string picture_list(const Dataset& dataset) {
  std::string text;
  for (const std::string& name : all_names(dataset)) text += name + "\n";
  return text;
}

std::string fingerprint_of(const Dataset& dataset) {
  Sha256 hash;
  const std::string shape = std::to_string(dataset.channels()) + "x" + std::to_string(dataset.height()) + "x" +
                            std::to_string(dataset.width());
  for (int64_t i = 0; i < dataset.size(); ++i) {
    hash.add(dataset.name(i) + '\0' + shape + '\0');
    const std::string known = dataset.pixel_hash(i);
    if (!known.empty()) {
      hash.add(known);
      continue;
    }
    const torch::Tensor pixels = dataset.image(i).contiguous();
    hash.add(pixels.const_data_ptr<uint8_t>(), static_cast<size_t>(pixels.numel()));
  }
  return with_labels(hash.hex(), dataset);
}

std::string with_labels(const std::string& fingerprint, const Dataset& dataset) {
  const std::vector<std::string> classes = dataset.class_names();
  if (classes.empty()) return fingerprint;
  Sha256 hash;
  hash.add(fingerprint);
  for (const std::string& name : classes) hash.add(name + '\0');
  for (int64_t i = 0; i < dataset.size(); ++i) hash.add(std::to_string(dataset.label(i)) + '\n');
  return hash.hex();
}

}  // namespace centigan
