#include <ATen/ops/empty.h>

#include "binding/device.h"
#include "binding/operators.h"
#include "normal_rows.h"

namespace centigan::cuda {

at::Tensor normal_rows(const at::Tensor& seeds_in, int64_t stream, int64_t width) {
  const at::Tensor seeds = seeds_in.contiguous();
  const OnDeviceOf device(seeds);
  at::Tensor out = at::empty({seeds.size(0), width}, seeds.options().dtype(at::kFloat));
  if (out.numel() > 0)
    CENTIGAN_CUDA_CHECK(launch_normal_rows(seeds.const_data_ptr<int64_t>(), static_cast<uint32_t>(stream),
                                           seeds.size(0), width, out.mutable_data_ptr<float>(), device.stream()));
  return out;
}

}  // namespace centigan::cuda
