#include "upfirdn2d/upfirdn2d_cuda.h"

#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include "binding/operators.h"
#include "binding/pictures.h"
#include "upfirdn2d/upfirdn2d_options.h"

namespace centigan::cuda {
namespace {

using at::Tensor;

struct UpfirdnAxes {
  UpfirdnAxis x, y;
};

UpfirdnPass upfirdn_pass(const Tensor& from, const Tensor& to, const UpfirdnAxes& axes, const Tensor& taps,
                         bool reversed) {
  const bool channels_last = to.suggest_memory_format() == at::MemoryFormat::ChannelsLast;
  PictureView target = view_of(to);
  if (to.size(1) == 1) target.c = channels_last ? 1 : to.size(2) * to.size(3);
  return {from.size(0), from.size(1), axes.x, axes.y, view_of(from), target, pointer_of(taps), reversed, 1.0};
}

void run_upfirdn_pass(UpfirdnPass pass, const Tensor& from, const Tensor& to, double gain, Stream stream) {
  pass.gain = gain;
  CENTIGAN_CUDA_CHECK(launch_upfirdn2d(pass, element_of(from), element_of(to), stream));
}

UpfirdnAxis untouched(int64_t size) {
  return {size, size, 1, 1, 0, 1};
}

// A separable filter: along the rows into pictures of the wide type, then along the columns.
void filter_in_two_passes(const Tensor& x, const Tensor& y, const UpfirdnAxes& axes, const Tensor& taps, bool reversed,
                          double gain, Stream stream) {
  const Tensor middle = at::empty({x.size(0), x.size(1), x.size(2), y.size(3)},
                                  x.options().dtype(at::toOpMathType(x.scalar_type())), y.suggest_memory_format());
  const UpfirdnAxes rows{axes.x, untouched(x.size(2))}, columns{untouched(y.size(3)), axes.y};
  run_upfirdn_pass(upfirdn_pass(x, middle, rows, taps, reversed), x, middle, 1.0, stream);
  run_upfirdn_pass(upfirdn_pass(middle, y, columns, taps, reversed), middle, y, gain, stream);
}

Tensor run_upfirdn2d(const Tensor& x, const Tensor& y, const std::optional<Tensor>& f, const UpfirdnAxes& axes,
                     bool reversed, double gain, Stream stream) {
  TORCH_CHECK(!f || f->device() == x.device(), "upfirdn2d: f is on ", f->device(), ", x on ", x.device());
  if (y.numel() == 0) return y;
  const Tensor taps = f ? f->detach().to(at::toOpMathType(x.scalar_type())).contiguous() : Tensor();
  if (f && f->dim() == 1)
    filter_in_two_passes(x, y, axes, taps, reversed, gain, stream);
  else
    run_upfirdn_pass(upfirdn_pass(x, y, axes, taps, reversed), x, y, gain, stream);
  return y;
}

}  // namespace

Tensor upfirdn2d(const Tensor& x, const std::optional<Tensor>& f, at::IntArrayRef up, at::IntArrayRef down,
                 at::IntArrayRef padding, bool flip_filter, double gain) {
  const UpfirdnOptions o = upfirdn_options(up, down, padding);
  const OnDeviceOf device(x);
  const Tensor y = empty_upfirdn2d(x, f, o);
  const UpfirdnAxes axes{{x.size(3), y.size(3), o.up_x, o.down_x, o.x0, filter_width(f)},
                         {x.size(2), y.size(2), o.up_y, o.down_y, o.y0, filter_height(f)}};
  return run_upfirdn2d(x, y, f, axes, !flip_filter, gain, device.stream());
}

// The transposed call: factors change places, the filter turns around.
Tensor upfirdn2d_backward(const Tensor& grad, const std::optional<Tensor>& f, c10::SymInt height, c10::SymInt width,
                          at::IntArrayRef up, at::IntArrayRef down, at::IntArrayRef padding, bool flip_filter,
                          double gain) {
  const UpfirdnOptions o = upfirdn_options(up, down, padding);
  const OnDeviceOf device(grad);
  const Tensor dx = empty_upfirdn2d_backward(grad, height, width);
  const int64_t fw = filter_width(f), fh = filter_height(f);
  const UpfirdnAxes axes{{grad.size(3), dx.size(3), o.down_x, o.up_x, fw - 1 - o.x0, fw},
                         {grad.size(2), dx.size(2), o.down_y, o.up_y, fh - 1 - o.y0, fh}};
  return run_upfirdn2d(grad, dx, f, axes, flip_filter, gain, device.stream());
}

}  // namespace centigan::cuda
