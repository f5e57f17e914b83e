// From a folder to decoded pictures, in order, with a report.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "centigan/data/dataset.h"
#include "centigan/data/picture.h"

namespace centigan {

struct LoadedPicture {
  std::string name;  // relative path
  Picture picture;
};

// What the texts of a DataConfig mean. Unknown words: usage error that names the field.
struct LoadOptions {
  Fit fit;
  Filter filter;
  Background background;
  bool rotate;
  ScanLimits limits;
};
LoadOptions load_options(const DataConfig& config);

// Runs work(0 … count-1) on the hardware's threads. The first exception is thrown again here.
void in_parallel(size_t count, const std::function<void(size_t)>& work);

// Reads, scans and decodes all pictures of config.path on all hardware threads; each becomes `channels` channels, and
// that size unless it is 0. Fewer than 2 good ones, fewer than 8 beside bad ones, a bad one under
// config.strict: Error.
std::vector<LoadedPicture> load_pictures(const DataConfig& config, PictureSize size, int64_t channels,
                                         DataReport& report);

}  // namespace centigan
