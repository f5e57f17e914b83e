// CIFAR-10 and CIFAR-100 in their binary form.
#pragma once
#include <memory>
#include <string>

#include "centigan/data/source.h"

namespace centigan {

// A folder with batches.meta.txt or fine_label_names.txt and .bin files.
bool is_cifar_folder(const std::string& path);

// Such a folder (without files whose names begin with "test"), or one .bin file. Record n of train.bin is the picture
// train/00000n. A file that ends inside a record, labels outside of the classes: Error.
std::unique_ptr<PictureSource> open_cifar(const std::string& path);

}  // namespace centigan
