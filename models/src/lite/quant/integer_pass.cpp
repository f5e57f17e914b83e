// Written from the formulas of docs/cgm-format.md alone, in 64-bit integers; shares nothing with the C runtime.
#include <ATen/ATen.h>

#include <cmath>

#include "centigan/core/random.h"
#include "centigan/models/drawing.h"
#include "centigan/models/lite_quant.h"

namespace centigan {
namespace {

constexpr int64_t kQ = (int64_t{1} << 30) - 1, kInt8 = 127, kInt16 = 32767, kRgb = 4194303, kGainOne = 4096;

at::Tensor wide(const at::Tensor& t) {
  return t.to(at::kLong);
}
at::Tensor clampq(const at::Tensor& v) {
  return at::clamp(v, -kQ, kQ);
}
at::Tensor down(const at::Tensor& v, int64_t bits) {
  return at::bitwise_right_shift(v, bits);
}  // floor

// (v + half) >> bits
at::Tensor rounded(const at::Tensor& v, int64_t bits) {
  return down(v + (int64_t{1} << (bits - 1)), bits);
}

at::Tensor rq(const at::Tensor& u, const at::Tensor& q, int64_t shift) {
  return rounded(u * (int64_t{1} << shift) * q, 31);
}

at::Tensor limited_bias(const at::Tensor& bias, int64_t shift) {
  const int64_t limit = (int64_t{1} << 29) >> shift;
  return at::clamp(wide(bias), -limit, limit);
}

// Integer matrix product a [N,K] x b [M,K] -> [N,M]; float64 is exact for sums below 2^53.
at::Tensor products(const at::Tensor& a, const at::Tensor& b) {
  return at::matmul(a.to(at::kDouble), b.to(at::kDouble).t()).to(at::kLong);
}

at::Tensor negative_slope(const at::Tensor& q, int64_t slope) {
  return clampq(rounded(q * slope, 14));
}

at::Tensor integer_root(const at::Tensor& v) {
  auto root = at::sqrt(v.to(at::kDouble)).to(at::kLong);
  root = at::where(root * root > v, root - 1, root);
  return at::where((root + 1) * (root + 1) <= v, root + 1, root);
}

at::Tensor over_pixels(const at::Tensor& v) {
  return v.unsqueeze(-1).unsqueeze(-1);
}

struct IntegerPass {
  const QuantizedLite& model;
  const IntegerOptions& options;
  at::Tensor seeds;
  std::vector<double>* saturation;
  at::Tensor w, x, gains, rgb;

  void note_saturation(const at::Tensor& unclamped) {
    if (saturation) saturation->push_back((unclamped.abs() > kInt8).to(at::kDouble).mean().item<double>());
  }
};

at::Tensor affine_gains(const QuantizedLayer& q, const at::Tensor& w) {
  const auto sum = products(w, q.gain_weight) + limited_bias(q.gain_bias, q.gain_shift);
  return at::clamp(rq(sum, clampq(wide(q.gain_mult)), q.gain_shift), -kInt16, kInt16);
}

at::Tensor mapped(const QuantizedLayer& q, const at::Tensor& x, IntegerPass& pass) {
  const auto u = products(x, q.weight) + limited_bias(q.bias, q.shift);
  const auto mp = clampq(wide(q.mult)), mn = negative_slope(mp, q.slope);
  const auto y = rq(u, at::where(u >= 0, mp, mn), q.shift);
  pass.note_saturation(y);
  return at::clamp(y, -kInt8, kInt8);
}

at::Tensor labels_of(const IntegerPass& pass) {
  if (pass.options.labels.defined()) return pass.options.labels;
  auto labels = at::zeros_like(pass.seeds);
  for (int64_t i = 0; i < labels.size(0); ++i)
    labels[i].fill_(class_of_seed(static_cast<uint64_t>(pass.seeds[i].item<int64_t>()), pass.model.classes()));
  return labels;
}

at::Tensor style_vector(const at::Tensor& z, IntegerPass& pass) {
  const QuantizedLite& model = pass.model;
  const auto labels = labels_of(pass);
  auto x = model.classes() > 0 ? at::cat({z, wide(model.embed.index_select(0, labels))}, 1) : z;
  for (int64_t i = 0; i < model.map_layers; ++i) x = mapped(model.layers[i], x, pass);
  const auto centre = wide(model.centre.index_select(0, model.centre.size(0) > 1 ? labels : at::zeros_like(labels)));
  return at::clamp(centre + rounded((x - centre) * pass.options.truncation, 8), -kInt8, kInt8);
}

at::Tensor multipliers(const QuantizedLayer& q, const at::Tensor& gains, const at::Tensor& producer_gains) {
  auto m = clampq(rounded(clampq(wide(q.mult)) * gains, 12));
  if (!q.layer.demod) return m;
  const auto total = products(producer_gains * producer_gains, q.energy);
  const auto root = integer_root(down(total, 8) + 1);
  const auto factor = at::div(at::full_like(root, (int64_t{1} << 31) - 1), root, "floor");
  return clampq(rounded(m * factor, 16));
}

at::Tensor conv_sum(const QuantizedLayer& q, const at::Tensor& x) {
  const LiteLayer& l = q.layer;
  const auto in = x.to(at::kDouble), weight = q.weight.to(at::kDouble);
  if (l.op == LiteOp::kUp2p) {
    const auto kernels = weight.view({4 * l.cout, 2, 2, l.cin}).permute({0, 3, 1, 2});
    const auto all = at::conv2d(in, kernels, {}, {1, 1}, {1, 1}).to(at::kLong);  // [N,4*cout,H+1,W+1]
    const int64_t h = x.size(2), w = x.size(3);
    auto out = at::empty({x.size(0), l.cout, 2 * h, 2 * w}, at::kLong);
    for (int64_t a = 0; a < 2; ++a)
      for (int64_t b = 0; b < 2; ++b)
        out.slice(2, a, 2 * h, 2)
            .slice(3, b, 2 * w, 2)
            .copy_(all.slice(1, (2 * a + b) * l.cout, (2 * a + b + 1) * l.cout).slice(2, a, a + h).slice(3, b, b + w));
    return out;
  }
  const auto kernel = weight.view({l.cout, 3, 3, l.cin}).permute({0, 3, 1, 2});
  const auto map = l.op == LiteOp::kUp3 ? in.repeat_interleave(2, 2).repeat_interleave(2, 3) : in;
  return at::conv2d(map, kernel, {}, {1, 1}, {1, 1}).to(at::kLong);
}

at::Tensor start_sum(const QuantizedLayer& q, const at::Tensor& w) {
  auto sum = (wide(q.constant).flatten() * (int64_t{1} << q.const_shift)).repeat({w.size(0), 1});
  if (q.weight.defined()) sum = sum + products(w, q.weight);
  return sum.view({-1, kLiteStart, kLiteStart, q.layer.cout}).permute({0, 3, 1, 2});
}

at::Tensor noise_sums(const QuantizedLayer& q, int64_t row, const IntegerPass& pass) {
  const auto fixed = at::full_like(pass.seeds, static_cast<int64_t>(pass.model.noise_seed));
  const auto seeds = pass.options.noise == NoiseMode::kConst ? fixed : pass.seeds;
  return wide(lite_noise(seeds, row, q.layer.side()) * 32) * wide(q.noise).view({1, -1, 1, 1});
}

void draw_map(const QuantizedLayer& q, int64_t row, IntegerPass& pass) {
  const auto gains =
      q.layer.gain ? affine_gains(q, pass.w) : at::full({pass.w.size(0), q.layer.cout}, kGainOne, at::kLong);
  auto u = q.layer.op == LiteOp::kStart ? start_sum(q, pass.w) : conv_sum(q, pass.x);
  u = u + limited_bias(q.bias, q.shift).view({1, -1, 1, 1});
  if (q.layer.noise && pass.options.noise != NoiseMode::kNone) u = u + noise_sums(q, row, pass);
  const auto mp = multipliers(q, gains, pass.gains);
  const auto y = rq(u, at::where(u >= 0, over_pixels(mp), over_pixels(negative_slope(mp, q.slope))), q.shift);
  pass.note_saturation(y);
  pass.x = at::clamp(y, -kInt8, kInt8);
  pass.gains = gains;
}

at::Tensor triangle_up(const at::Tensor& v) {
  const int64_t h = v.size(2), w = v.size(3);
  const auto target = [](int64_t size) { return at::arange(2 * size, at::kLong); };
  const auto near = [&](int64_t size) { return down(target(size), 1); };
  const auto next = [&](int64_t size) { return at::clamp(near(size) + (target(size) % 2) * 2 - 1, 0, size - 1); };
  const auto top = v.index_select(2, near(h)), other = v.index_select(2, next(h));
  const auto sum = top.index_select(3, near(w)) * 9 + other.index_select(3, near(w)) * 3 +
                   top.index_select(3, next(w)) * 3 + other.index_select(3, next(w));
  return rounded(sum, 4);
}

void draw_rgb(const QuantizedLayer& q, IntegerPass& pass) {
  const auto folded = rounded(wide(q.weight).unsqueeze(0) * affine_gains(q, pass.w).unsqueeze(1), 8);
  const auto u = at::matmul(folded.to(at::kDouble), pass.x.to(at::kDouble).flatten(2)).to(at::kLong) +
                 limited_bias(q.bias, q.shift).view({1, -1, 1});
  const auto part = at::clamp(rq(u, clampq(wide(q.mult)).view({1, -1, 1}), q.shift), -kRgb, kRgb)
                        .view({pass.x.size(0), -1, pass.x.size(2), pass.x.size(3)});
  pass.rgb = pass.rgb.defined() ? triangle_up(pass.rgb) + part : part;
}

}  // namespace

torch::Tensor lite_integer_latent(const torch::Tensor& z) {
  return at::clamp(at::floor(z.to(at::kDouble) * 32.0 + 0.5), -kInt8, kInt8).to(at::kLong);
}

torch::Tensor lite_integer_pictures(const QuantizedLite& model, const torch::Tensor& z, const torch::Tensor& seeds,
                                    const IntegerOptions& options, std::vector<double>* saturation) {
  at::NoGradGuard guard;
  IntegerPass pass{model, options, seeds, saturation, {}, {}, {}, {}};
  pass.w = style_vector(z, pass);
  const int64_t last = options.quality < 0 ? model.levels - 1 : model.rgb_first + options.quality;
  for (size_t row = 0; row < model.layers.size(); ++row) {
    const QuantizedLayer& layer = model.layers[row];
    if (layer.layer.level > last) break;
    if (layer.layer.makes_map()) draw_map(layer, static_cast<int64_t>(row), pass);
    if (layer.layer.op == LiteOp::kToRgb) draw_rgb(layer, pass);
  }
  return at::clamp(rounded(pass.rgb, 8) + 128, 0, 255).to(at::kByte);
}

torch::Tensor lite_integer_pictures_of_seeds(const QuantizedLite& model, const std::vector<uint64_t>& seeds,
                                             const IntegerOptions& options) {
  std::vector<at::Tensor> latents;
  auto numbers = at::empty({static_cast<int64_t>(seeds.size())}, at::kLong);
  for (size_t i = 0; i < seeds.size(); ++i) {
    latents.push_back(runtime_latent(seeds[i], model.latent));
    numbers[static_cast<int64_t>(i)].fill_(static_cast<int64_t>(seeds[i]));
  }
  return lite_integer_pictures(model, lite_integer_latent(at::stack(latents)), numbers, options);
}

}  // namespace centigan
