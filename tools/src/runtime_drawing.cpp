#include "runtime_drawing.h"

#include <ATen/ATen.h>

#include "centigan/core/error.h"
#include "centigan/models/drawing.h"
#include "labels.h"

namespace centigan {

uint8_t named_value(const CommandLine& line, const std::string& flag,
                    const std::vector<std::pair<std::string, uint8_t>>& values) {
  std::vector<std::string> names;
  for (const auto& value : values) names.push_back(value.first);
  const std::string name = line.one_of(flag, names);
  for (const auto& value : values)
    if (value.first == name) return value.second;
  return values.front().second;
}

cgrt_options pixel_options(const CommandLine& line) {
  cgrt_options options = CGRT_OPTIONS_DEFAULT;
  options.truncation = static_cast<uint16_t>(line.number("trunc", 0.0, 1.0) * 256.0 + 0.5);
  if (line.has("quality")) options.quality = static_cast<uint8_t>(line.integer("quality", 0, 9));
  options.format =
      named_value(line, "format", {{"rgb888", CGRT_RGB888}, {"rgb565", CGRT_RGB565}, {"grey8", CGRT_GREY8}});
  options.noise =
      named_value(line, "noise", {{"seed", CGRT_NOISE_SEED}, {"fixed", CGRT_NOISE_FIXED}, {"off", CGRT_NOISE_OFF}});
  options.dither = line.has("dither");
  return options;
}

int64_t picture_height(const CgmFile& file, const cgrt_options& options) {
  return file.info().height >> (options.quality == CGRT_BEST ? 0 : file.info().qualities_present - 1 - options.quality);
}

at::Tensor planar(const std::vector<uint8_t>& rows, int64_t height, uint8_t format) {
  const int64_t bytes = static_cast<int64_t>(rows.size());
  const int64_t depth = format == CGRT_RGB888 ? 3 : format == CGRT_RGB565 ? 2 : 1;
  const auto pixels =
      at::from_blob(const_cast<uint8_t*>(rows.data()), {height, bytes / height / depth, depth}, at::kByte);
  if (format != CGRT_RGB565) return pixels.permute({2, 0, 1}).clone(at::MemoryFormat::Contiguous);
  const auto word = pixels.select(2, 0).to(at::kInt) + pixels.select(2, 1).to(at::kInt) * 256;
  const auto red = word.div(2048, "floor"), green = word.div(32, "floor").remainder(64), blue = word.remainder(32);
  const auto wide5 = [](const at::Tensor& v) { return v * 8 + v.div(4, "floor"); };
  return at::stack({wide5(red), green * 4 + green.div(16, "floor"), wide5(blue)}).to(at::kByte);
}

DrawnLabels::DrawnLabels(const CommandLine& line, const CgmFile& file) : classes_(file.info().classes) {
  if (!line.has("label")) return;
  const std::string text = line.text("label");
  const int64_t found = find_class(text, file.class_names());
  if (found >= 0)
    label_ = static_cast<uint32_t>(found);
  else if (text == "random" && classes_ > 0)
    label_ = CGRT_LABEL_RANDOM;
  else
    fail_usage(line.verb().name, "--label", escaped(text) + " is no class of " + escaped(file.path()),
               did_you_mean(text, file.class_names(), "`centigan inspect` on the file lists its classes"));
}

uint32_t DrawnLabels::of(uint64_t seed) const {
  if (label_) return *label_;
  return static_cast<uint32_t>(class_of_seed(seed, classes_));
}

}  // namespace centigan
