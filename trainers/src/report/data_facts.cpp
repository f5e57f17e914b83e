#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "centigan/core/text.h"
#include "centigan/metrics/pixel_vectors.h"
#include "centigan/trainers/report.h"

namespace centigan {
namespace {

constexpr int64_t kMostCompared = 2000;
constexpr size_t kMostNamed = 8;

std::string pair_text(const Dataset& data, const PicturePair& pair) {
  const std::string how = pair.difference == 0 ? "equal" : format_text("differ by %.2g %%", 100 * pair.difference);
  return data.name(pair.first) + " and " + data.name(pair.second) + ": " + how + (pair.mirrored ? ", mirrored" : "");
}

void add_duplicates(const Dataset& data, JsonRow& facts) {
  if (data.size() > kMostCompared) return;
  const auto pairs = near_duplicates(pixel_vectors(data), pixel_vectors(data, true));
  std::vector<std::string> named;
  for (size_t i = 0; i < std::min(pairs.size(), kMostNamed); ++i) named.push_back(pair_text(data, pairs[i]));
  facts["duplicates"] = static_cast<int64_t>(pairs.size());
  facts["duplicate_names"] = joined(named, "|");
}

// Names and numbers of pictures of the classes, as lists with bars.
void add_classes(const Dataset& data, JsonRow& facts) {
  if (data.classes() == 0) return;
  std::vector<int64_t> counts(static_cast<size_t>(data.classes()));
  for (int64_t i = 0; i < data.size(); ++i) ++counts.at(static_cast<size_t>(data.label(i)));
  std::string names, sizes;
  for (size_t k = 0; k < counts.size(); ++k) {
    std::string name = data.class_names().at(k);
    std::replace(name.begin(), name.end(), '|', '/');
    names += (k ? "|" : "") + name, sizes += (k ? "|" : "") + std::to_string(counts[k]);
  }
  facts["class_names"] = names, facts["class_sizes"] = sizes;
}

}  // namespace

JsonRow data_facts(const Dataset& training, const Dataset* held_out, const std::string& path) {
  JsonRow facts = {{"path", path},
                   {"pictures", training.size()},
                   {"width", training.width()},
                   {"height", training.height()},
                   {"channels", training.channels()},
                   {"classes", training.classes()},
                   {"held_out", held_out ? held_out->size() : int64_t{0}}};
  add_duplicates(training, facts);
  add_classes(training, facts);
  return facts;
}

}  // namespace centigan
