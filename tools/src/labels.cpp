#include "labels.h"

#include <ATen/ATen.h>

#include "centigan/core/error.h"
#include "centigan/core/npy.h"

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

}  // namespace

torch::Tensor one_hot_rows(const torch::Tensor& classes_of_pictures, int64_t classes) {
  return at::one_hot(classes_of_pictures, classes).to(at::kFloat);
}

torch::Tensor read_labels(const CommandLine& line, int64_t count, int64_t classes) {
  if (!line.has("labels")) return {};
  const std::string text = line.text("labels");
  if (classes == 0) fail_usage(line.verb().name, "--labels", "given for a network without classes", "leave it out");
  at::Tensor labels = is_number(text) ? at::full({count}, std::stoll(text), at::kLong) : read_npy(text);
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
