// A look at a folder of pictures without keeping them: what `--preset auto` goes by. Includes no torch.
#pragma once
#include <cstdint>

namespace centigan {

struct DataConfig;

struct PictureSurvey {
  int64_t pictures = 0;           // usable ones of data.subset
  int64_t width = 0, height = 0;  // nine in ten are at least as wide, and as high
  double aspect = 1.0;            // the median of width / height
  bool grey = false;              // all are stored without colour
};

// Reads and checks every file (bad ones are passed over) and decodes none. An unreadable folder: Error.
PictureSurvey survey_pictures(const DataConfig& config);

}  // namespace centigan
