// `centigan run`: pictures of a .cgm file, drawn by the C runtime as a microcontroller draws them.
#include <ATen/ATen.h>

#include <filesystem>
#include <optional>

#include "../cgm_file.h"
#include "../drawing.h"
#include "../labels.h"
#include "../seeds.h"
#include "../verbs.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/metrics/picture_set.h"
#include "centigan/models/drawing.h"

namespace centigan {
namespace {

template <class Value>
Value named(const CommandLine& line, const char* flag, const std::vector<std::pair<std::string, Value>>& values) {
  std::vector<std::string> names;
  for (const auto& value : values) names.push_back(value.first);
  const std::string name = line.one_of(flag, names);
  for (const auto& value : values)
    if (value.first == name) return value.second;
  return values.front().second;
}

cgrt_options runtime_options(const CommandLine& line) {
  cgrt_options options = CGRT_OPTIONS_DEFAULT;
  options.truncation = static_cast<uint16_t>(line.number("trunc", 0.0, 1.0) * 256.0 + 0.5);
  if (line.has("quality")) options.quality = static_cast<uint8_t>(line.integer("quality", 0, 9));
  options.noise =
      named<uint8_t>(line, "noise", {{"seed", CGRT_NOISE_SEED}, {"fixed", CGRT_NOISE_FIXED}, {"off", CGRT_NOISE_OFF}});
  options.format =
      named<uint8_t>(line, "format", {{"rgb888", CGRT_RGB888}, {"rgb565", CGRT_RGB565}, {"grey8", CGRT_GREY8}});
  options.dither = line.has("dither");
  return options;
}

// Rows as the runtime gives them -> uint8 [C,H,W]; RGB565 is widened by repeating the high bits.
at::Tensor planar(const std::vector<uint8_t>& rows, int64_t height, uint8_t format) {
  const int64_t bytes = static_cast<int64_t>(rows.size());
  const int64_t depth = format == CGRT_RGB888 ? 3 : format == CGRT_RGB565 ? 2 : 1;
  const auto pixels =
      at::from_blob(const_cast<uint8_t*>(rows.data()), {height, bytes / height / depth, depth}, at::kByte);
  if (format != CGRT_RGB565) return pixels.permute({2, 0, 1}).contiguous();
  const auto word = pixels.select(2, 0).to(at::kInt) + pixels.select(2, 1).to(at::kInt) * 256;
  const auto red = word.div(2048, "floor"), green = word.div(32, "floor").remainder(64), blue = word.remainder(32);
  const auto wide5 = [](const at::Tensor& v) { return v * 8 + v.div(4, "floor"); };
  return at::stack({wide5(red), green * 4 + green.div(16, "floor"), wide5(blue)}).to(at::kByte);
}

struct Pictures {
  std::vector<uint8_t> raw;
  std::vector<at::Tensor> planes;
};

// What `--label` means for a seed: a class by its name or number, one drawn by the runtime, or the class of the seed.
class DrawnLabels {
 public:
  DrawnLabels(const CommandLine& line, const CgmFile& file) : classes_(file.info().classes) {
    if (!line.has("label")) return;
    const std::string text = line.text("label");
    const int64_t found = find_class(text, file.class_names());
    if (found >= 0)
      label_ = static_cast<uint32_t>(found);
    else if (text == "random" && classes_ > 0)
      label_ = CGRT_LABEL_RANDOM;
    else
      fail_usage("run", "--label", escaped(text) + " is no class of " + escaped(file.path()),
                 did_you_mean(text, file.class_names(), "`centigan inspect` on the file lists its classes"));
  }

  uint32_t of(uint64_t seed) const {
    if (label_) return *label_;
    return classes_ > 0 ? static_cast<uint32_t>(class_of_seed(seed, classes_)) : 0;
  }

 private:
  int64_t classes_;
  std::optional<uint32_t> label_;
};

Pictures draw_all(const CgmFile& file, const std::vector<uint64_t>& seeds, const DrawnLabels& labels,
                  const cgrt_options& options) {
  Pictures pictures;
  for (const uint64_t seed : seeds) {
    const auto rows = file.draw(seed, labels.of(seed), options);
    const int64_t height =
        file.info().height >> (options.quality == CGRT_BEST ? 0 : file.info().qualities_present - 1 - options.quality);
    pictures.raw.insert(pictures.raw.end(), rows.begin(), rows.end());
    pictures.planes.push_back(planar(rows, height, options.format));
    leave_if_stopped("run",
                     std::to_string(pictures.planes.size()) + " of " + std::to_string(seeds.size()) + " pictures");
  }
  return pictures;
}

bool is_png(const std::string& path) {
  return std::filesystem::path(path).extension() == ".png";
}

void check_output_name(const std::string& out) {
  const std::string ending = std::filesystem::path(out).extension().string();
  for (const char* other : {".jpg", ".jpeg", ".bmp", ".gif", ".webp"})
    if (ending == other) fail_usage("run", out, "is no name of a PNG file", "end it in .png, or name a folder");
}

// A .png file gets one sheet, anything else is a folder of single pictures that `centigan eval --fake` can read.
void write_drawn(const std::string& out, const Pictures& pictures, const std::vector<uint64_t>& seeds) {
  if (is_png(out)) return write_png(out, make_grid(at::stack(pictures.planes)));
  for (size_t i = 0; i < seeds.size(); ++i) write_png(out + "/" + picture_name(seeds[i]), pictures.planes[i]);
}

int run(const CommandLine& line) {
  const std::string path = line.operand(0, "FILE");
  const cgrt_options options = runtime_options(line);
  if (line.has("seed") && line.has("seeds"))
    fail_usage("run", "--seed, --seeds", "both are given", "keep one of the two");
  const auto seeds = number_list(line, line.has("seeds") ? "seeds" : "seed");
  if (!line.has("out") && !line.has("raw"))
    fail_usage("run", "--out", "missing", "say where the picture goes: --out FILE.png, --out DIR or --raw FILE");
  if (line.has("out")) check_output_name(line.text("out"));

  const CgmFile file(path);
  const DrawnLabels labels(line, file);
  if (line.has("out") && !is_png(line.text("out"))) make_folder(line.text("out"), "run");
  const Pictures pictures = draw_all(file, seeds, labels, options);
  if (line.has("raw")) write_file_atomically(line.text("raw"), pictures.raw.data(), pictures.raw.size(), "run");
  if (line.has("out")) write_drawn(line.text("out"), pictures, seeds);
  say(std::to_string(seeds.size()) + " pictures of " + path + " in " + line.text(line.has("out") ? "out" : "raw"));
  return 0;
}

}  // namespace

Verb run_verb() {
  return {"run",
          "draws with the C runtime on this machine",
          "FILE.cgm --seeds 0-63 --out sheet.png",
          {{"seed", "N", "0", "Seed of the picture."},
           {"seeds", "LIST", "", "Seeds of several pictures."},
           {"label", "L", "", "Class of the pictures, a name or a number; random: by the seed. Else seed mod classes."},
           {"trunc", "PSI", "1", "Truncation towards the mean picture, 0 to 1; 1 is none."},
           {"quality", "Q", "", "Quality level in the file; the best one if not given."},
           {"noise", "MODE", "seed", "Noise: seed, fixed (the file's own) or off."},
           {"format", "FORMAT", "rgb888", "Pixels: rgb888, rgb565 or grey8."},
           {"dither", "", "", "Dither rgb565."},
           {"out", "PATH", "", "FILE.png for one picture or sheet, anything else is a folder with a PNG a seed."},
           {"raw", "FILE", "", "The rows as they come, pictures one after the other."}},
          {},
          1,
          run};
}

}  // namespace centigan
