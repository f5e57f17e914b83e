// `centigan generate`: pictures of a trained run.
#include <ATen/ATen.h>

#include <cmath>
#include <numeric>

#include "../drawing.h"
#include "../labels.h"
#include "../seeds.h"
#include "../verbs.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/core/npy.h"

namespace centigan {
namespace {

// Tensor of a .npy file with rows of the wanted shape, finite.
at::Tensor read_rows(const std::string& path, const std::vector<int64_t>& row) {
  const auto rows = read_npy(path).to(at::kFloat).contiguous();
  std::vector<int64_t> want = {rows.dim() > 0 ? rows.size(0) : 0};
  want.insert(want.end(), row.begin(), row.end());
  if (rows.sizes().vec() != want || want[0] == 0 || !at::isfinite(rows).all().item<bool>())
    fail("generate", path, "holds " + c10::str(rows.sizes()) + " values, not finite rows of " + c10::str(row),
         "`centigan inspect` on the run shows the sizes of its latent");
  return rows;
}

void read_given_vectors(const CommandLine& line, const GeneratorShape& shape, DrawRequest& request) {
  if (line.has("latents")) request.z = read_rows(line.text("latents"), {shape.z_dim});
  if (line.has("ws")) request.ws = read_rows(line.text("ws"), {shape.num_ws, shape.w_dim});
  request.noise_seeds = at::arange(request.count(), at::kLong);
}

NoiseMode noise_mode(const CommandLine& line) {
  const std::string name = line.one_of("noise", {"random", "const", "none"});
  return name == "random" ? NoiseMode::kRandom : name == "const" ? NoiseMode::kConst : NoiseMode::kNone;
}

void check_choices(const CommandLine& line) {
  if (line.has("latents") + line.has("ws") + line.has("seeds") > 1)
    fail_usage("generate", "--seeds, --latents, --ws", "more than one is given", "keep one of them");
  if (!line.has("out") && !line.has("raw"))
    fail_usage("generate", "--out", "missing",
               "say where the pictures go: --out DIR, or --raw FILE.npy for exact values");
}

// What to draw, and the numbers that name the pictures.
std::pair<DrawRequest, std::vector<uint64_t>> chosen(const CommandLine& line, const GeneratorShape& shape,
                                                     std::vector<uint64_t> seeds) {
  if (!line.has("latents") && !line.has("ws")) return {request_of_seeds(shape, seeds), seeds};
  DrawRequest request;
  read_given_vectors(line, shape, request);
  seeds.resize(request.count());
  std::iota(seeds.begin(), seeds.end(), 0);
  return {request, seeds};
}

void take_labels(const CommandLine& line, const Run& run, DrawRequest& request) {
  const GeneratorShape& shape = run.generator->shape();
  if (line.has("labels")) request.labels = read_labels(line, request.count(), run.class_names);
  if (shape.c_dim > 0 && request.z.defined() && !request.labels.defined())
    fail_usage("generate", "--labels", "missing for the given latents",
               "the network has " + std::to_string(shape.c_dim) + " classes; give one row a picture");
}

int generate(const CommandLine& line) {
  const std::string from = line.required("from");
  const double psi = line.number("trunc", -2.0, 2.0);
  const int64_t cutoff = line.has("trunc-cutoff") ? line.integer("trunc-cutoff", 0, 1000) : -1;
  const NoiseMode noise = noise_mode(line);
  const auto asked = number_list(line, "seeds");
  check_choices(line);

  Run run = open_run(from);
  if (line.has("standing-stats")) use_standing_statistics(run, line.integer("standing-stats", 1, 10000), "generate");
  auto [request, seeds] = chosen(line, run.generator->shape(), asked);
  request.psi = psi, request.cutoff = cutoff, request.noise = noise;
  take_labels(line, run, request);
  if (line.has("out")) make_folder(line.text("out"), "generate");
  const auto images = draw(run, request, "generate", line.has("quiet"));
  if (line.has("raw")) write_npy(line.text("raw"), images), say("values in " + line.text("raw"));
  if (line.has("out")) {
    write_pictures(line.text("out"), to_uint8(images), seeds);
    say(std::to_string(seeds.size()) + " pictures of " + run.checkpoint + " in " + line.text("out"));
  }
  return 0;
}

}  // namespace

Verb generate_verb() {
  return {"generate",
          "draws pictures with a trained run",
          "--from RUN --seeds 0-63 --out DIR",
          {{"from", "RUN", "", "Run folder, checkpoint or official weights (.safetensors)."},
           {"seeds", "LIST", "0-15", "Seeds; one seed is one picture in every form of the network."},
           {"out", "DIR", "", "Folder for seedNNNNN.png and grid.png."},
           {"trunc", "PSI", "1", "Truncation towards the mean picture; 1 is none, 0 the mean."},
           {"trunc-cutoff", "N", "", "Truncate the first N styles only; all if not given."},
           {"labels", "LIST", "",
            "Classes by name or number, in turn (cat,dog or 3), or a .npy file with classes [N] or rows [N,classes]."},
           {"noise", "MODE", "random", "Noise inputs: random (by seed), const or none."},
           {"latents", "FILE", "", "Latents [N,z] from a .npy file instead of seeds."},
           {"ws", "FILE", "", "Style vectors [N,num_ws,w] from a .npy file instead of seeds."},
           {"standing-stats", "N", "", "BigGAN: norms use averages over N batches; published with 16."},
           {"raw", "FILE", "", "Exact float values [N,C,H,W] to a .npy file."}},
          {},
          0,
          generate};
}

}  // namespace centigan
