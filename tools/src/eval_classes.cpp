// Numbers of each class by itself.
#include <ATen/ATen.h>

#include <algorithm>

#include "centigan/core/error.h"
#include "centigan/core/log.h"
#include "centigan/core/text.h"
#include "centigan/metrics/frechet.h"
#include "centigan/metrics/measurement.h"
#include "eval_metrics.h"

namespace centigan {
namespace {

// The classes of a set's rows.
PictureClasses row_classes(const MeasuredSet& set) {
  if (!set.stream) return {};
  const PictureClasses all = set.stream->classes();
  PictureClasses rows = {all.names, {}};
  for (const int64_t index : set.used) rows.of.push_back(all.names.empty() ? 0 : all.of.at(static_cast<size_t>(index)));
  return rows;
}

at::Tensor features_of_class(const MeasuredSet& set, const PictureClasses& classes, int64_t wanted) {
  std::vector<int64_t> rows;
  for (size_t i = 0; i < classes.of.size(); ++i)
    if (classes.of[i] == wanted) rows.push_back(static_cast<int64_t>(i));
  return set.features.index_select(0, at::tensor(rows, at::kLong));
}

// A recipe has its own brackets and semicolons.
std::string recipe_word(std::string name) {
  for (char& c : name)
    if (std::string("[]();:,/= ").find(c) != std::string::npos) c = '_';
  return name;
}

EvalNumbers numbers_of_class(EvalSubject& s, const std::string& name, const at::Tensor& real, const at::Tensor& fake) {
  const std::string of = "class=" + recipe_word(name) + ")";
  EvalNumbers numbers;
  numbers.push_back({s.extractor->label("FID") + "(" + of,
                     frechet_distance(real, fake).value,
                     {},
                     "",
                     name,
                     real.size(0),
                     fake.size(0)});
  for (const auto& [metric, value] : manifold_numbers(real, fake))
    if (metric.rfind("coverage", 0) == 0)
      numbers.push_back(
          {metric.substr(0, metric.size() - 1) + "," + of, value, {}, "", name, real.size(0), fake.size(0)});
  return numbers;
}

}  // namespace

EvalNumbers numbers_of_classes(EvalSubject& s) {
  const PictureClasses real = row_classes(s.real), fake = row_classes(s.fake);
  const bool same = std::is_permutation(real.names.begin(), real.names.end(), fake.names.begin(), fake.names.end());
  if (real.names.empty() || !same)
    fail("eval", "--per-class",
         real.names.empty() || fake.names.empty()
             ? std::string("the ") + (real.names.empty() ? "reals" : "fakes") + " have no labels"
             : "the reals' classes are " + joined(real.names) + ", the fakes' " + joined(fake.names),
         "labels are sub-folders of the same names, dataset.json, a pack's, or those of a run with classes");
  EvalNumbers numbers;
  for (size_t c = 0; c < real.names.size(); ++c) {
    const auto other = std::find(fake.names.begin(), fake.names.end(), real.names[c]) - fake.names.begin();
    try {
      for (auto& number : numbers_of_class(s, real.names[c], features_of_class(s.real, real, static_cast<int64_t>(c)),
                                           features_of_class(s.fake, fake, other)))
        numbers.push_back(std::move(number));
    } catch (const Error& error) {
      s.sentences.push_back("class " + real.names[c] + " is left out: " + first_line(error.what()));
    }
  }
  return numbers;
}

}  // namespace centigan
