#include "apa.h"

#include <ATen/ATen.h>

#include "centigan/core/device.h"

namespace centigan {
namespace {

AdaptConfig apa_control(const MethodConfig& config) {
  AdaptConfig control;
  control.mode = "policy";
  control.target = config.apa_target, control.kimg = config.apa_kimg, control.ceiling = config.apa;
  return control;
}

}  // namespace

Apa::Apa(const ObjectiveContext& context)
    : pass_(context, "apa", 3),
      gate_(context.config.trainer.seed, "apa/gates"),
      share_("apa", apa_control(context.config.loss), context.device) {}

torch::Tensor Apa::reals(const Batch& batch, const StepInfo& info) const {
  if (share_.p() <= 0.0) return batch.reals;
  PassOptions options;
  options.labels_of_data = true;
  options.rows = gate_.uniform(batch.first, batch.size, 1).lt(share_.p()).flatten().nonzero().flatten();
  if (options.rows.numel() == 0) return batch.reals;
  const torch::Tensor fakes = pass_.constants(batch, info, options).images;
  return batch.reals.index_copy(0, on_device(options.rows, batch.reals.device()), fakes);
}

}  // namespace centigan
