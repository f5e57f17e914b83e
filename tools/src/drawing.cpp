#include "drawing.h"

#include <ATen/ATen.h>

#include <numeric>
#include <utility>

#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/exact_scope.h"
#include "centigan/core/file.h"
#include "centigan/core/image.h"
#include "centigan/core/progress.h"
#include "centigan/core/signals.h"
#include "centigan/metrics/picture_set.h"
#include "centigan/models/biggan.h"

namespace centigan {
namespace {

constexpr uint64_t kStandingSeeds = uint64_t{1} << 48;

// Rounding would make black pixels of NaN.
void check_finite(const at::Tensor& images, const std::string& verb) {
  const at::Tensor bad = images.flatten(1).isfinite().all(1).logical_not();
  const int64_t count = bad.count_nonzero().item<int64_t>();
  if (count == 0) return;
  fail(verb, "picture " + std::to_string(bad.nonzero()[0].item<int64_t>()),
       "holds values that are not finite (" + std::to_string(count) + " of " + std::to_string(images.size(0)) +
           " pictures)",
       "take an earlier checkpoint, or latents of usual size");
}

}  // namespace

at::Tensor draw(Run& run, const DrawRequest& request, const std::string& verb, bool quiet) {
  const auto device = pick_device(run.config.trainer.device);
  run.generator->to(device);
  Progress progress(verb, request.count(), "pictures", quiet);
  const at::Tensor images = draw_pictures(*run.generator, request, device, [&](int64_t done) {
    progress.update(done);
    leave_if_stopped(verb, std::to_string(done) + " of " + std::to_string(request.count()) + " pictures");
  });
  progress.finish();
  check_finite(images, verb);
  return images;
}

void use_standing_statistics(Run& run, int64_t passes, const std::string& verb) {
  const ModelConfig& model = run.config.model;
  if (model.family != "biggan" || model.biggan.eval_stats != "running")
    fail_usage(verb, "--standing-stats", "the network does not draw with running statistics",
               "leave it out; it is for BigGAN with model.biggan.eval_stats running");
  const ExactScope exact(hardware_threads());
  const torch::Device device = pick_device(run.config.trainer.device);
  run.generator->to(device);
  const auto size = static_cast<size_t>(run.config.trainer.batch);
  std::vector<std::pair<at::Tensor, at::Tensor>> batches;
  for (uint64_t pass = 0; pass < static_cast<uint64_t>(passes); ++pass) {
    std::vector<uint64_t> seeds(size);
    std::iota(seeds.begin(), seeds.end(), kStandingSeeds + pass * size);
    const DrawRequest request = request_of_seeds(run.generator->shape(), seeds);
    batches.emplace_back(request.z.to(device), request.labels.defined() ? request.labels.to(device) : at::Tensor());
  }
  set_standing_statistics(*run.generator, batches);
}

void leave_if_stopped(const std::string& verb, const std::string& done) {
  if (stop_requested())
    fail(verb, done, "stopped by a signal", "run the same command again; what existed is untouched");
}

void write_pictures(const std::string& folder, const at::Tensor& images, const std::vector<uint64_t>& seeds) {
  make_folder(folder, "pictures");
  for (size_t i = 0; i < seeds.size(); ++i) write_png(folder + "/" + picture_name(seeds[i]), images[i]);
  if (seeds.size() > 1) write_png(folder + "/grid.png", make_grid(images));
}

}  // namespace centigan
