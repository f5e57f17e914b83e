// The picture that `centigan augment` draws.
#pragma once
#include <torch/types.h>

#include <string>
#include <vector>

#include "centigan/diffaug/leaks.h"

namespace centigan {

struct SheetRow {
  std::string label;
  torch::Tensor pictures;  // uint8 [N,C,H,W]
  LeakNote note = {};
};

// uint8 [3,H,W]: a row of pictures each, numbered from 1 at the left. Beside a row that leaks stands a red bar, beside
// one that may leave traces an amber one. Transparent pictures are laid on a checkerboard.
torch::Tensor augment_sheet(const std::vector<SheetRow>& rows);

// "none", "amber", "red".
const char* mark_colour(Leak level);

}  // namespace centigan
