#include "labels.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "centigan/core/error.h"
#include "centigan/core/npy.h"
#include "centigan/core/text.h"

namespace centigan {
namespace {

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos;
}

// Integers without a row for each class.
bool holds_classes(const at::Tensor& labels, int64_t classes) {
  const bool column = labels.dim() == 1 || (labels.dim() == 2 && labels.size(1) == 1 && classes > 1);
  return column && at::isIntegralType(labels.scalar_type(), /*includeBool=*/false);
}

bool in_range(const at::Tensor& classes_of_pictures, int64_t classes) {
  return classes_of_pictures.ge(0).logical_and(classes_of_pictures.lt(classes)).all().item<bool>();
}

bool are_rows(const at::Tensor& labels, int64_t count, int64_t classes) {
  return labels.dim() == 2 && labels.size(0) == count && labels.size(1) == classes &&
         at::isfinite(labels).all().item<bool>();
}

bool is_file(const std::string& text) {
  return text.size() > 4 && text.compare(text.size() - 4, 4, ".npy") == 0;
}

at::Tensor classes_in_turn(const CommandLine& line, const std::string& text, int64_t count,
                           const std::vector<std::string>& names) {
  std::vector<int64_t> turn;
  for (const std::string& word : split(text, ',')) {
    turn.push_back(find_class(word, names));
    if (turn.back() < 0)
      fail_usage(line.verb().name, "--labels",
                 "\"" + escaped(word) + "\" is none of the " + std::to_string(names.size()) + " classes",
                 did_you_mean(word, names, "`centigan inspect` on the run lists them; a .npy file goes, too"));
  }
  if (static_cast<int64_t>(turn.size()) > count)
    fail_usage(line.verb().name, "--labels",
               "names " + std::to_string(turn.size()) + " classes for " + std::to_string(count) + " pictures",
               "give more --seeds, or fewer labels");
  std::vector<int64_t> all;
  for (int64_t i = 0; i < count; ++i) all.push_back(turn[static_cast<size_t>(i) % turn.size()]);
  return at::tensor(all, at::kLong);
}

}  // namespace

torch::Tensor one_hot_rows(const torch::Tensor& classes_of_pictures, int64_t classes) {
  return at::one_hot(classes_of_pictures, classes).to(at::kFloat);
}

int64_t find_class(const std::string& word, const std::vector<std::string>& classes) {
  const auto named = std::find(classes.begin(), classes.end(), word);
  if (named != classes.end()) return named - classes.begin();
  const bool number = is_number(word) && std::stoll(word) < static_cast<int64_t>(classes.size());
  return number ? std::stoll(word) : -1;
}

torch::Tensor read_labels(const CommandLine& line, int64_t count, const std::vector<std::string>& names) {
  if (!line.has("labels")) return {};
  const std::string text = line.text("labels");
  const auto classes = static_cast<int64_t>(names.size());
  if (classes == 0) fail_usage(line.verb().name, "--labels", "given for a network without classes", "leave it out");
  at::Tensor labels = is_file(text) ? read_npy(text) : classes_in_turn(line, text, count, names);
  if (holds_classes(labels, classes)) {
    const at::Tensor numbers = labels.to(at::kLong).reshape({-1});
    if (in_range(numbers, classes)) labels = one_hot_rows(numbers, classes);
  }
  labels = labels.to(at::kFloat);
  if (!are_rows(labels, count, classes))
    fail(line.verb().name, text,
         "holds " + c10::str(labels.sizes()) + " labels that do not fit " + std::to_string(count) + " pictures of " +
             std::to_string(classes) + " classes",
         "give classes [N] from 0 to " + std::to_string(classes - 1) + ", or rows [N," + std::to_string(classes) + "]");
  return labels.contiguous();
}

}  // namespace centigan
