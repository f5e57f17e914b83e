// Every CUDA kernel of the plugin. The order in which plugin and operator library are loaded does not matter.
#include <torch/library.h>

#include "binding/operators.h"

#pragma GCC visibility push(default)
extern "C" int centigan_cuda_abi_version();
#pragma GCC visibility pop

int centigan_cuda_abi_version() {
  return 1;
}

namespace centigan::cuda {
namespace {

TORCH_LIBRARY_IMPL(centigan, CUDA, m) {
  m.impl("diffaug", diffaug);
  m.impl("diffaug.p", diffaug_p);
  m.impl("diffaug.parameters", diffaug_parameters);
  m.impl("diffaug_linear", diffaug_linear);
  m.impl("diffaug_backward", diffaug_backward);
  m.impl("ada_geometry", ada_geometry);
  m.impl("ada_geometry_backward", ada_geometry_backward);
  m.impl("ada_color", ada_color);
  m.impl("ada_filter", ada_filter);
  m.impl("ada_filter_backward", ada_filter_backward);
  m.impl("ada_noise", ada_noise);
  m.impl("ada_cutout", ada_cutout);
  m.impl("upfirdn2d", upfirdn2d);
  m.impl("upfirdn2d_backward", upfirdn2d_backward);
  m.impl("bias_act", bias_act);
  m.impl("bias_act_backward", bias_act_backward);
  m.impl("bias_act_double_backward", bias_act_double_backward);
  m.impl("normal_rows", normal_rows);
  m.impl("channel_scale", channel_scale);
  m.impl("channel_dot", channel_dot);
  m.impl("channel_scale_backward", channel_scale_backward);
}

}  // namespace
}  // namespace centigan::cuda
