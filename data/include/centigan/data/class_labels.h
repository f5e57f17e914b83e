// Classes of pictures, and where their labels come from.
#pragma once
#include <string>
#include <vector>

#include "centigan/data/dataset.h"
#include "centigan/data/source.h"

namespace centigan {

// What config.labels says about the pictures `names`: auto (what the format holds, else dataset.json, else sub-folders
// if every picture is in one of several), none, folders, coarse, or a JSON file. Pictures without a label, a list that
// cannot be read: Error. Empty: no labels.
ClassLabels find_labels(const PictureSource& source, const DataConfig& config, const std::vector<std::string>& names);

// The lists of labels of StyleGAN archives: {"labels": [["00000/img00000000.png", 6], …]}, null for none; beside them
// may stand "classes": ["cat", "dog"]. Not such a text: Error that names `where`.
ClassLabels parse_labels(const std::string& json, const std::string& where);

}  // namespace centigan
