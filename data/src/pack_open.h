// A pack as a data set to train on.
#pragma once
#include <memory>

#include "centigan/data/dataset.h"

namespace centigan {

// open_dataset for a pack: pictures are brought to the size, and held in memory if they fit into config.memory.
std::shared_ptr<Dataset> open_pack_dataset(const DataConfig& config, PictureSize size, int64_t channels,
                                           DataReport& report);

}  // namespace centigan
