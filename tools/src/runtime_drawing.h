// What verbs that draw with the C runtime share: flags, classes, pixels.
#pragma once
#include <torch/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cgm_file.h"
#include "command_line.h"

namespace centigan {

// The value that goes with the word after a flag; usage error for other words.
uint8_t named_value(const CommandLine& line, const std::string& flag,
                    const std::vector<std::pair<std::string, uint8_t>>& values);

// --trunc, --quality, --noise, --format and --dither.
cgrt_options pixel_options(const CommandLine& line);

// Rows of pictures of these options.
int64_t picture_height(const CgmFile& file, const cgrt_options& options);

// Rows as the runtime gives them -> uint8 [C,H,W]; RGB565 is widened by repeating the high bits.
torch::Tensor planar(const std::vector<uint8_t>& rows, int64_t height, uint8_t format);

// What `--label` means for a seed: a class by its name or number, one drawn by the runtime, or the class of the seed.
class DrawnLabels {
 public:
  DrawnLabels(const CommandLine& line, const CgmFile& file);  // a class that is not there: usage error
  uint32_t of(uint64_t seed) const;

 private:
  int64_t classes_;
  std::optional<uint32_t> label_;
};

}  // namespace centigan
