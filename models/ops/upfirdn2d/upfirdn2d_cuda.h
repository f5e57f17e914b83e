// Plain C++, no torch.
#pragma once
#include "device/pictures.h"
#include "upfirdn2d/upfirdn2d_axis.h"

namespace centigan::cuda {

// `from` [N,C,y.in,x.in] and `to` [N,C,y.out,x.out]; to.c == 1 says that neighbours in memory are channels.
struct UpfirdnPass {
  int64_t n, c;
  UpfirdnAxis x, y;
  PictureView from, to;
  const void* taps;  // [y.taps][x.taps] in the wide type (double for double, else float), dense; null: a single 1
  bool reversed;     // the filter is the taps from the last to the first
  double gain;
};

// Element types: of `from` and of `to`, the same or one of them the wide type of the other.
int launch_upfirdn2d(const UpfirdnPass& pass, Element from, Element to, Stream stream);

}  // namespace centigan::cuda
