#include "drawing.h"

#include <ATen/ATen.h>

#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/image.h"
#include "centigan/core/progress.h"
#include "centigan/core/signals.h"
#include "centigan/metrics/picture_set.h"

namespace centigan {

at::Tensor draw(Run& run, const DrawRequest& request, const std::string& verb, bool quiet) {
  const auto device = pick_device(run.config.trainer.device);
  run.generator->to(device);
  Progress progress(verb, request.count(), "pictures", quiet);
  const at::Tensor images = draw_pictures(*run.generator, request, device, [&](int64_t done) {
    progress.update(done);
    leave_if_stopped(verb, std::to_string(done) + " of " + std::to_string(request.count()) + " pictures");
  });
  progress.finish();
  return images;
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
