// `centigan run`: pictures of a .cgm file, drawn by the C runtime as a microcontroller draws them.
#include <ATen/ATen.h>

#include <filesystem>

#include "../drawing.h"
#include "../runtime_drawing.h"
#include "../seeds.h"
#include "../verbs.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/metrics/picture_set.h"

namespace centigan {
namespace {

struct Pictures {
  std::vector<uint8_t> raw;
  std::vector<at::Tensor> planes;
};

Pictures draw_all(const CgmFile& file, const std::vector<uint64_t>& seeds, const DrawnLabels& labels,
                  const cgrt_options& options) {
  Pictures pictures;
  for (const uint64_t seed : seeds) {
    const auto rows = file.draw(seed, labels.of(seed), options);
    pictures.raw.insert(pictures.raw.end(), rows.begin(), rows.end());
    pictures.planes.push_back(planar(rows, picture_height(file, options), options.format));
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
  const cgrt_options options = pixel_options(line);
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
