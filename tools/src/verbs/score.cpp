// `centigan score`: what a run's discriminator says about given pictures.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cstdio>

#include "../labels.h"
#include "../verbs.h"
#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/log.h"
#include "centigan/core/npy.h"
#include "centigan/trainers/train.h"

namespace centigan {
namespace {

// float32 [N,C,H,W] in [-1,1]; bytes are brought there.
at::Tensor read_images(const std::string& path, const ModelConfig& model) {
  const at::Tensor values = read_npy(path);
  at::Tensor images = values.to(at::kFloat).contiguous();
  if (values.scalar_type() == at::kByte) images = images / 127.5 - 1;
  const std::vector<int64_t> picture = {model.channels, picture_height(model), picture_width(model)};
  if (images.dim() != 4 || images.size(0) == 0 || images[0].sizes().vec() != picture ||
      !at::isfinite(images).all().item<bool>())
    fail("score", path, "holds " + c10::str(images.sizes()) + " values, not finite pictures of " + c10::str(picture),
         "float values from -1 to 1, or bytes, in the order [N,C,H,W]");
  return images;
}

int score(const CommandLine& line) {
  const std::string from = line.required("from"), images_file = line.required("images"), raw = line.required("raw");
  Run run = open_run(from);
  if (!run.discriminator)
    fail("score", run.checkpoint, "holds no discriminator", "score with a run that was trained against pictures");
  const at::NoGradGuard guard;
  set_tf32(false);
  set_operator_threads(hardware_threads());
  const auto device = pick_device(run.config.trainer.device);
  const at::Tensor images = read_images(images_file, run.config.model);
  at::Tensor labels = read_labels(line, images.size(0), run.class_names);
  if (labels.defined()) labels = labels.to(device);
  run.discriminator->to(device);
  // One batch: the minibatch standard deviation makes a score depend on the pictures beside it.
  const at::Tensor logits = run.discriminator->forward(images.to(device), labels, /*exact=*/true).cpu();
  write_npy(raw, logits);
  char text[160];
  std::snprintf(text, sizeof text, "%lld pictures: mean %.4f, least %.4f, greatest %.4f; all in ",
                static_cast<long long>(logits.size(0)), logits.mean().item<double>(), logits.min().item<double>(),
                logits.max().item<double>());
  say(text + raw);
  return 0;
}

}  // namespace

Verb score_verb() {
  return {
      "score",
      "writes the discriminator's logits of given pictures",
      "--from RUN --images x.npy --raw scores.npy [--labels c.npy]",
      {{"from", "RUN", "", "Run folder, checkpoint or official weights (.safetensors)."},
       {"images", "FILE", "", "Pictures [N,C,H,W] from a .npy file, scored as one batch: floats in [-1,1], or bytes."},
       {"labels", "LIST", "",
        "Classes by name or number, in turn (cat,dog or 3), or a .npy file with classes [N] or rows [N,classes]."},
       {"raw", "FILE", "", "Logits [N,1] to a .npy file."}},
      {},
      0,
      score};
}

}  // namespace centigan
