#include "ada/dense.h"

#include <ATen/ATen.h>

#include "common/pictures.h"

namespace centigan {

using at::Tensor;

DensePictures moved_pictures(const Tensor& x, const Tensor& parameters) {
  const at::MemoryFormat format = x.suggest_memory_format();
  DensePictures d{x.contiguous(format), parameters.to(at::kDouble).contiguous(), empty_pictures(x)};
  d.n = x.size(0), d.c = x.size(1), d.h = x.size(2), d.w = x.size(3);
  d.channels_last = format == at::MemoryFormat::ChannelsLast;
  return d;
}

DensePictures dense_pictures(const Tensor& x, const Tensor& parameters, bool planes) {
  const Tensor wide = x.to(x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
  return moved_pictures(planes ? wide.contiguous() : wide, parameters);
}

Tensor finish(const DensePictures& pictures, const Tensor& x) {
  return pictures.y.to(x.scalar_type()).contiguous(x.suggest_memory_format());
}

}  // namespace centigan
