#include "centigan/compress/instructions.h"

#include <algorithm>
#include <cmath>

#include "centigan/compress/plan.h"
#include "kernel_costs.h"

namespace centigan {
namespace {

// What dsp_conv_row.c keeps in the scratch beside pixels and a filter.
constexpr int64_t kStripBytes = 160;

using Terms = std::array<double, kWorkTerms>;

void add(Terms& sum, std::initializer_list<int64_t> amounts) {
  size_t i = 0;
  for (const int64_t amount : amounts) sum[i++] += static_cast<double>(amount);
}

// A convolution as the kernels see it.
struct ConvRows {
  explicit ConvRows(const LiteLayer& l)
      : op(l.op),
        cin(l.cin),
        cout(l.cout),
        height(l.side()),
        up(l.op != LiteOp::kConv3),
        width(up ? height / 2 : height) {}
  LiteOp op;
  int64_t cin, cout, height;  // of the output
  bool up;
  int64_t width;  // of the input
  bool up3() const { return op == LiteOp::kUp3; }
  bool up2p() const { return op == LiteOp::kUp2p; }
  int64_t phases() const { return up ? 2 : 1; }
  int64_t taps() const { return up ? 2 : 3; }                                       // columns of a filter in a strip
  int64_t filter_rows() const { return up2p() ? 2 * height - 2 : 3 * height - 2; }  // inside the map, of all rows
  int64_t input_rows() const { return up ? 2 * height - 2 : 3 * height - 2; }       // each once under UP3's filters
  int64_t elements() const { return (up2p() ? 4 : 9) * cin; }
  int64_t values() const { return height * height * cout; }
  DspKernel kernel(DspKernel of_conv3) const { return DspKernel(of_conv3 + (up3() ? 1 : up2p() ? 2 : 0)); }
};

// Columns of a strip, as dsp_strip_width() has them; 0: there is no room.
int64_t strip_width(const ConvRows& c, int64_t scratch) {
  if (c.cin % 4 != 0 || scratch < kStripBytes) return 0;
  int64_t columns = (scratch - kStripBytes) / (2 * c.cin * c.taps());
  if (columns < c.taps() + 2 + std::min<int64_t>(c.width, 4)) return 0;
  columns -= c.taps() + 2;
  if (columns >= c.width) return c.width;
  columns = columns / 4 * 4;
  const int64_t strips = (c.width + columns - 1) / columns;
  return (c.width + strips - 1) / strips / 4 * 4 + ((c.width + strips - 1) / strips % 4 ? 4 : 0);
}

void add_unpacking(KernelWork& work, int64_t bits, int64_t filters, int64_t elements) {
  if (bits < 8) add(work[bits == 4 ? kUnpack4 : kUnpack6], {filters, filters * elements});
}

void add_strips(KernelWork& work, const ConvRows& c, int64_t bits, int64_t width) {
  const int64_t strips = (c.width + width - 1) / width, filters = c.height * strips * c.phases() * c.cout;
  const int64_t weights = (c.up3() ? 3 : c.taps()) * c.filter_rows() * strips * c.phases() * c.cout * c.cin;
  const int64_t products = c.input_rows() * c.taps() * c.cin * c.width * c.phases() * c.cout;
  add(work[c.kernel(kStrips3)],
      {c.height * strips, filters, weights, products, c.values(), c.input_rows() * c.cin * (c.width + 2 * strips)});
  add_unpacking(work, bits, filters, c.elements());
}

// Four sums a call. Where the window lies partly outside the map, a call makes one.
void add_bytes(KernelWork& work, const ConvRows& c, int64_t bits) {
  const int64_t fours = (c.width + 3) / 4, outside = c.up ? 1 : 2, taps = c.up2p() ? 2 : 3;
  const int64_t inside = (c.width - taps) / 4 + 1;  // the last one overlaps those before
  const int64_t calls = c.up3() ? 3 * fours : inside + outside;
  const int64_t columns = c.up3() ? 3 * fours : inside * taps + outside * (taps - 1);
  const int64_t filters = c.cout * (c.up2p() ? 2 : 1);
  add(work[c.kernel(kBytes3)], {c.height, c.height * filters, calls * c.filter_rows() * filters,
                                4 * columns * c.filter_rows() * filters * c.cin, c.values()});
  add_unpacking(work, bits, c.height * filters, c.elements());
}

void add_pixels(KernelWork& work, const ConvRows& c, int64_t bits, DspKernel kernel) {
  const int64_t filters = c.cout * (c.up2p() ? 2 : 1), taps = c.up2p() ? 2 : 3;
  const int64_t dots = c.filter_rows() * c.width * filters * (c.up3() ? 3 : 1);
  const int64_t outside = c.up3() ? 0 : c.filter_rows() * filters * (c.up2p() ? 1 : 2);
  const int64_t products = (dots * (c.up3() ? 1 : taps) - outside) * c.cin;
  add(work[kernel], {c.height, c.height * filters, dots, products, c.values()});
  add_unpacking(work, bits, c.height * filters, c.elements());
}

void add_conv(KernelWork& work, const QuantizedLayer& q, int64_t scratch) {
  const ConvRows c(q.layer);
  if (const int64_t width = strip_width(c, scratch))
    add_strips(work, c, q.weight_bits, width);
  else if (c.cin % 4 != 0)
    add_pixels(work, c, q.weight_bits, c.kernel(kOdd3));
  else if (c.width < (c.up3() ? 4 : 6))
    add_pixels(work, c, q.weight_bits, c.up2p() ? kNarrowUp2p : kNarrow3);
  else
    add_bytes(work, c, q.weight_bits);
  if (q.layer.noise) add(work[kNoiseRows], {c.height, c.height * c.height});
}

void add_start(KernelWork& work, const QuantizedLayer& q, int64_t style) {
  const int64_t values = kLiteStart * kLiteStart * q.layer.cout, dense = q.layer.dense() ? values : 0;
  add(work[kStartRows], {kLiteStart, values, dense, dense * style});
  add_unpacking(work, q.weight_bits, dense, style);
  if (q.layer.noise) add(work[kNoiseRows], {kLiteStart, kLiteStart * kLiteStart});
}

void add_colours(KernelWork& work, const LiteLayer& l, const QuantizedLite& model) {
  const int64_t pixels = l.side() * l.side(), sums = pixels * l.cout;
  add(work[l.cin % 4 == 0 ? kColours : kOddColours],
      {l.side(), pixels, sums, sums * l.cin, l.level > model.rgb_first ? sums : 0});
  if (l.level == model.levels - 1) add(work[kPixels], {l.side(), pixels});
}

// Mapping, and the per-picture table of a layer.
void add_table(KernelWork& work, const QuantizedLite& model, const QuantizedLayer& q, bool producer_has_gains) {
  const LiteLayer& l = q.layer;
  Terms& once = work[kOnce];
  if (l.op == LiteOp::kMap) {
    add_unpacking(work, q.weight_bits, l.cout, l.cin);
    return add(once, {l.cout, l.cout * l.cin});
  }
  const int64_t channels = l.op == LiteOp::kToRgb ? l.cin : l.cout, again = l.demod && producer_has_gains ? l.cin : 0;
  const int64_t rows = (l.gain ? channels : 0) + again;
  add(once, {rows, rows * model.style});
  if (l.op == LiteOp::kToRgb) return add(once, {0, 0, 0, 0, 0, l.cin * l.cout});
  add(once, {0, 0, l.cout, l.demod ? l.cin * l.cout : 0, l.demod ? l.cout : 0});
}

// Receives the work of the rows of every layer and, behind it, of what is done once.
template <class Take>
void walk(const QuantizedLite& model, int64_t handover, const Take& take) {
  const std::vector<int64_t> scratch = scratch_bytes(model, handover);
  KernelWork once{};
  add(once[kNoiseRows], {1, model.latent});
  bool gains = false;
  for (size_t k = 0; k < model.layers.size(); ++k) {
    const QuantizedLayer& q = model.layers[k];
    KernelWork rows{};
    if (q.layer.convolves())
      add_conv(rows, q, scratch[k]);
    else if (q.layer.op == LiteOp::kStart)
      add_start(rows, q, model.style);
    else if (q.layer.op == LiteOp::kToRgb)
      add_colours(rows, q.layer, model);
    take(rows);
    add_table(once, model, q, gains);
    if (q.layer.makes_map()) gains = q.layer.gain;
  }
  take(once);
}

double instructions_of(const KernelWork& work) {
  double sum = 0;
  for (size_t k = 0; k < kDspKernels; ++k)
    for (size_t i = 0; i < kWorkTerms; ++i) sum += work[k][i] * kKernelCosts[k][i];
  return sum;
}

int64_t half_word(const uint8_t* bytes) {
  return bytes[0] | bytes[1] << 8;
}

QuantizedLayer layer_of(const uint8_t* record) {
  QuantizedLayer q;
  q.layer.op = static_cast<LiteOp>(record[0]);
  q.layer.level = record[1];
  q.weight_bits = record[2];
  q.layer.gain = record[3] & 1;
  q.layer.demod = record[3] & 4;
  q.layer.noise = record[3] & 8;
  q.layer.cin = half_word(record + 4);
  q.layer.cout = half_word(record + 6);
  return q;
}

}  // namespace

int64_t picture_instructions(const QuantizedLite& model, int64_t handover) {
  double sum = 0;
  walk(model, handover, [&](const KernelWork& work) { sum += instructions_of(work); });
  return std::llround(sum);
}

std::vector<KernelWork> picture_work(const QuantizedLite& model, int64_t handover) {
  std::vector<KernelWork> all;
  walk(model, handover, [&](const KernelWork& work) { all.push_back(work); });
  return all;
}

bool cgm_can_plan(const uint8_t* cgm) {
  return cgm[24] == kLiteStart && cgm[25] == kLiteStart;
}

QuantizedLite cgm_plan(const uint8_t* cgm) {
  QuantizedLite model;
  model.levels = cgm[26];
  model.channels = cgm[27];
  model.rgb_first = cgm[28];
  model.map_layers = cgm[30];
  model.latent = half_word(cgm + 32);
  model.style = half_word(cgm + 38);
  const uint8_t* records = cgm + 96 + 16 * half_word(cgm + 42);
  for (int64_t k = 0; k < half_word(cgm + 40); ++k) model.layers.push_back(layer_of(records + 64 * k));
  return model;
}

}  // namespace centigan
