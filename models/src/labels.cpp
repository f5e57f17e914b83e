#include "labels.h"

#include <string>

#include "centigan/core/error.h"

namespace centigan {

void require_labels(const torch::Tensor& c, int64_t classes) {
  if (c.defined() && c.dim() == 2 && c.size(1) == classes) return;
  fail("models", "labels", "must be [N," + std::to_string(classes) + "]",
       "this network was built with model.classes; pass one row a picture, one-hot");
}

}  // namespace centigan
